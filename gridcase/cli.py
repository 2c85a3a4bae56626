"""The command `gridcase`: what people and scripts type. Thin: it parses, calls, and prints; rules live elsewhere."""

from __future__ import annotations

import typer

from gridcase.commands import (
    accounts,
    backups,
    cases,
    figures,
    imports,
    integrity,
    letters,
    people,
    reference,
    running,
    units,
)

app = typer.Typer(
    help="Gridcase 网格事: disputes and petitions of a township, as cases over an event log.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for commands in (running, figures, integrity, backups):
    commands.add_to(app)
app.add_typer(imports.app, name="import", help="Import units, cases or a holiday calendar from files.")
app.add_typer(units.app, name="unit", help="The units and how they lie under each other.")
app.add_typer(cases.app, name="case", help="Look at a case, read its history, fire a trigger.")
app.add_typer(letters.app, name="letter", help="Letters of a case: preview, issue, have again, check.")
app.add_typer(
    figures.deadlines_app, name="deadlines", help="What is coming and late, and why it is due then."
)
app.add_typer(
    integrity.checkpoint_app, name="checkpoint", help="Signed heads of the log: make, list, give to others."
)
app.add_typer(
    accounts.app, name="account", help="Accounts: open them, give posts and passwords, issue tokens."
)
app.add_typer(people.subject_app, name="subject", help="Erase the data of a person, by two people.")
app.add_typer(people.keys_app, name="keys", help="The master keys of the identity vault.")
app.add_typer(reference.workflow_app, name="workflow", help="The statecharts.")
app.add_typer(reference.policy_app, name="policy", help="The deadline policies.")
