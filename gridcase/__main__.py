"""`python -m gridcase` is the `gridcase` command. Nothing else belongs here."""

from gridcase.cli import app

app(prog_name="gridcase")
