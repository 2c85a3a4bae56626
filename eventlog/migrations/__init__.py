"""The log's tables, step by step, by alembic. A step that has run somewhere is never edited: add the next one.

Each step leaves its number in `log_schema`, which programs look at: an older one refuses what a newer one has made.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SCHEMA_VERSION = 5
AT_ONCE = 5_000  # rows in memory while a step goes through the events


def upgrade(
    dialect: str, connection: object, begin: Callable[[], int | None], to: int = SCHEMA_VERSION
) -> None:
    """Brings the tables to version `to` in one transaction of the driver's connection.

    `begin` opens it, takes the writers' lock and answers which version is there (None: no tables). Alembic is loaded
    only here: a start that finds everything in order does not pay for it.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import StaticPool, create_engine

    engine = create_engine(
        {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}[dialect],
        creator=lambda: connection,
        poolclass=StaticPool,
    )
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with engine.connect() as opened, opened.begin():
        found = begin()
        if found is not None and found >= to:
            return
        config.attributes["connection"] = opened
        if found is not None:
            command.stamp(config, revision(found))
        command.upgrade(config, revision(to))


def revision(version: int) -> str:
    return f"{version:04}"


def run(bind: Any, script: str) -> None:
    """Statements separated by lines of `--`, without placeholders."""
    for statement in script.split("\n--\n"):
        bind.exec_driver_sql(statement, execution_options={"no_parameters": True})
