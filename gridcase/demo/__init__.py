"""The demonstration district: a year of casework that is the same every time, written through the real commands.

Do not import this from the house: it is an edge, as the command line is.
"""

from gridcase.demo.accounts import demo_accounts
from gridcase.demo.year import DemoReport, load_demo

__all__ = ["DemoReport", "demo_accounts", "load_demo"]
