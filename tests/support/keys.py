"""The master key of the tests: on PostgreSQL nobody is kept without one. conftest.py puts it into the environment too."""

from eventlog.master import MasterKeys

TEXT = "5e7a1c90b34f62d81a06e9cc27f4d3850b916eafd2487c35e01b6a7f93c82d64"  # of no use to anybody
KEYS = MasterKeys.of(TEXT, "tests")
