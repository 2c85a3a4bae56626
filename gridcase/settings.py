"""What an installation may set: environment variables `GRIDCASE_…`. No rule of casework is a setting.

Laws and deadlines are policy sets (`domain/policies`), chosen here by jurisdiction only.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import Invalid

_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgresql+psycopg://")


class Settings(BaseSettings):
    """One installation. Read once at the edge and passed on; nobody else looks into the environment."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_", env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///gridcase.db",
        repr=False,  # may hold a password
        description="Where the log and the read tables are kept: `sqlite:///file` (one writing process) or "
        "`postgresql://user:password@host/database`.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address that `gridcase serve` listens on. `0.0.0.0` lets other machines in.",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port that `gridcase serve` listens on; 0 takes a free one."
    )
    jurisdiction: str = Field(
        default="CN",
        description="Whose policy sets give the deadlines of new cases (`CN`, `ZJ`). A running clock keeps "
        "the policy it started under.",
    )
    worker_inside: bool | None = Field(
        default=None,
        description="Whether `gridcase serve` also runs projections and sweep. Unset: yes on SQLite, no on "
        "PostgreSQL, where `gridcase worker` runs beside it.",
    )
    read_wait_seconds: float = Field(
        default=2.0,
        ge=0,
        description="How long an answer waits, at most, until the read tables show the caller's own change.",
    )
    sweep_every_seconds: float = Field(
        default=60.0, gt=0, description="How often the worker looks for deadlines that became late."
    )
    cursor_key: SecretStr | None = Field(
        default=None,
        description="Signs the page cursors of the API. Unset: made once and kept in a file, `gridcase.key` "
        "beside `gridcase.db`, and in the working directory with PostgreSQL. Servers on several machines "
        "need the same one.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much the server and the worker tell on standard error."
    )

    @classmethod
    def read(cls) -> Settings:
        """The settings of this process.

        Raises `Invalid` naming the variable, its value (never a secret one) and the remedy.
        """
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            value = "…" if name in ("cursor_key", "database_url") else first["input"]
            remedy = f"{first['msg'].removeprefix('Value error, ')}. See docs/settings.md."
            raise Invalid(f"GRIDCASE_{name.upper()}", value, remedy) from None

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, url: str) -> str:
        if url.startswith((_SQLITE, *_POSTGRESQL)):
            return url
        scheme = url.partition("://")[0] if "://" in url else url
        raise ValueError(
            f"{scheme!r} is not a database that Gridcase knows. Use sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/DATABASE"
        )

    @field_validator("log_level", mode="before")
    @classmethod
    def _log_level_in_any_case(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith(_SQLITE)

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file; None on PostgreSQL and for a database in memory."""
        name = self.database_url.removeprefix(_SQLITE).partition("?")[0]
        return Path(name) if self.on_sqlite and name not in ("", ":memory:") else None

    @property
    def runs_worker_inside(self) -> bool:
        """`worker_inside` with its default worked out."""
        return self.on_sqlite if self.worker_inside is None else self.worker_inside

    def cursor_secret(self) -> bytes:
        """The bytes that sign cursors: the setting, else the key file, which is made where it is missing."""
        if self.cursor_key is not None:
            return self.cursor_key.get_secret_value().encode()
        database = self.sqlite_file
        return _kept_key(Path("gridcase.key") if database is None else database.with_suffix(".key"))


def _kept_key(path: Path) -> bytes:
    """The key in `path`, made by the first process that asks; two that ask at once get the same."""
    if not path.exists():
        handle, own = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # readable by its owner only
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        try:
            os.link(own, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            os.unlink(own)
    return path.read_bytes().strip()
