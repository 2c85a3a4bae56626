"""The `gridcase` command. Parses and prints; decides nothing."""

import typer

app = typer.Typer(no_args_is_help=True)
