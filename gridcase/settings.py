"""What an installation may set: environment variables `GRIDCASE_…`. No rule of casework is a setting.

Laws and deadlines are policy sets (`domain/policies`), chosen here by jurisdiction only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import Invalid
from eventlog.checkpoints import EVERY_EVENTS
from eventlog.errors import LogError, Unavailable
from eventlog.master import MasterKeys, made_once
from eventlog.signing import SigningKeys

_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql://"
_OF_SQLALCHEMY = "postgresql+psycopg://"  # how others write it: taken, and from then on written as above
_SECRET = ("cursor_key", "master_key", "database_url", "read_database_url")  # no error shows their values


class Settings(BaseSettings):
    """One installation. Read once at the edge and passed on; nobody else looks into the environment."""

    model_config = SettingsConfigDict(env_prefix="GRIDCASE_", env_ignore_empty=True, frozen=True)

    database_url: str = Field(
        default="sqlite:///gridcase.db",
        repr=False,  # may hold a password
        description="Where the log and the read tables are kept: `sqlite:///file` (one writing process) or "
        "`postgresql://user:password@host/database`.",
    )
    read_database_url: str | None = Field(
        default=None,
        repr=False,
        description="Another place from which people read: a replica of the database, for lists, histories and figures. "
        "Unset: the database itself. A reader's own change is waited for there (docs/operations/projections.md).",
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
    master_key: SecretStr | None = Field(
        default=None,
        description="Opens what is known of people: 64 hexadecimal digits (`openssl rand -hex 32`), several "
        "separated by commas, the newest first. A file is safer: see the next one.",
    )
    master_key_file: Path | None = Field(
        default=None,
        description="File with the master key instead, one per line, the newest first; it is read again when it "
        "changes. Unset on SQLite: made once and kept in `gridcase.master.key` beside `gridcase.db`. On PostgreSQL one "
        "of the two must be set, the same on every machine. Keep a copy apart from the database's: without it nobody's "
        "name can be read again (docs/privacy.md).",
    )
    ready_lag_seconds: float = Field(
        default=300.0,
        gt=0,
        description="`/readyz` says no when something recorded longer ago than this is not in the read tables yet.",
    )
    metrics: bool = Field(
        default=True,
        description="Whether `/metrics` answers (Prometheus). It names no case and nobody; let only the monitoring in.",
    )
    worker_metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port on which `gridcase worker` answers `/metrics`, at `GRIDCASE_HOST`. Unset: none.",
    )
    otel_endpoint: str | None = Field(
        default=None,
        description="Where spans of requests and commands go, by OTLP over HTTP, such as `http://localhost:4318`; needs "
        "`pip install 'gridcase[otel]'`. Unset: no spans.",
    )
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto",
        description="`json`: one object per line; `text`: sentences; `auto`: sentences on a terminal, else JSON.",
    )
    signing_key_file: Path | None = Field(
        default=None,
        description="File with the key that signs checkpoints, one per line, the newest first. Unset: made once and kept "
        "in `gridcase.signing.key` beside `gridcase.db`, and in the working directory with PostgreSQL, where workers on "
        "several machines need the same one. Who has it can vouch for a forged log: keep it from those who keep the "
        "database (docs/operations/verification.md).",
    )
    checkpoint_every_events: int = Field(
        default=EVERY_EVENTS,
        gt=0,
        description="After how many events at most the worker signs a checkpoint; it also signs once a day what is new.",
    )
    session_idle_minutes: int = Field(
        default=60,
        ge=1,
        description="A session of a browser ends when it was not used for so long. Drafts stay in the browser.",
    )
    session_hours: int = Field(
        default=12, ge=1, description="… and in any case after so long: then people sign in again."
    )
    font_folder: Path | None = Field(
        default=None,
        description="Folder with further fonts for letters, beside those of the system. Chinese ones must be in one of the "
        "two: `apt-get install fonts-noto-cjk`, or the faces that official documents ask for (仿宋, 小标宋, 黑体, 楷体).",
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
            value = "…" if name in _SECRET else first["input"]
            remedy = f"{first['msg'].removeprefix('Value error, ')}. See docs/settings.md."
            why = first["msg"].removeprefix("Value error, ")
            zh = f"此设置无法使用（{why}）。见 docs/settings.md。"
            raise Invalid(f"GRIDCASE_{name.upper()}", value, remedy, zh) from None

    @field_validator("database_url", "read_database_url")
    @classmethod
    def _database_is_known(cls, url: str | None) -> str | None:
        if url is None or url.startswith((_SQLITE, _POSTGRESQL)):
            return url
        if url.startswith(_OF_SQLALCHEMY):
            return _POSTGRESQL + url.removeprefix(_OF_SQLALCHEMY)
        scheme = url.partition("://")[0] if "://" in url else url
        raise ValueError(
            f"{scheme!r} is not a database that Gridcase knows. Use sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/DATABASE"
        )

    @field_validator("otel_endpoint")
    @classmethod
    def _endpoint_is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("Give an address such as http://localhost:4318")
        return url

    @field_validator("log_level", "log_format", mode="before")
    @classmethod
    def _in_any_case(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @property
    def on_sqlite(self) -> bool:
        return self.database_url.startswith(_SQLITE)

    @property
    def sqlite_file(self) -> Path | None:
        """The database's file; None on PostgreSQL and for a database in memory."""
        name = self.database_url.removeprefix(_SQLITE).partition("?")[0]
        return Path(name) if self.on_sqlite and name not in ("", ":memory:") else None

    def must_be_there(self) -> None:
        """Raise `Unavailable` where there is no database yet: who only reads makes none."""
        file = self.sqlite_file
        if file is not None and not file.is_file():
            raise Unavailable(
                f"There is no database {str(file.absolute())!r}. Go to its folder, set GRIDCASE_DATABASE_URL, or make a new one "
                "with `gridcase init`."
            )

    @property
    def runs_worker_inside(self) -> bool:
        """`worker_inside` with its default worked out."""
        return self.on_sqlite if self.worker_inside is None else self.worker_inside

    def cursor_secret(self) -> bytes:
        """The bytes that sign cursors: the setting, else the key file, which is made where it is missing."""
        if self.cursor_key is not None:
            return self.cursor_key.get_secret_value().encode()
        database = self.sqlite_file
        return made_once(Path("gridcase.key") if database is None else database.with_suffix(".key"))

    def master_keys(self) -> MasterKeys | None:
        """The keys of the people store; None: the log keeps its own file beside SQLite. Raises `Invalid`."""
        name, file = "GRIDCASE_MASTER_KEY_FILE", self.master_key_file
        if file is not None and self.master_key is not None:
            raise Invalid(
                name,
                str(file),
                "GRIDCASE_MASTER_KEY is set as well: keep one of the two.",
                "同时设置了 GRIDCASE_MASTER_KEY，请只保留一项。",
            )
        if self.master_key is not None:
            return _usable("GRIDCASE_MASTER_KEY", lambda where: MasterKeys.of(self._master_key(), where))
        if file is not None:
            if not file.is_file():
                raise Invalid(
                    name,
                    str(file),
                    "There is no such file. Bring it back, or name the right one.",
                    "没有此文件。请恢复它，或者指定正确的文件。",
                )
            return _usable(name, lambda where: MasterKeys.in_file(file, f"{where} ({file})"))
        if self.on_sqlite:
            return None
        raise Invalid(
            name, None, "On PostgreSQL people are sealed with a key that every machine shares: name a file made by "
            "`openssl rand -hex 32`, and keep a copy of it apart from the database's. See docs/privacy.md.",
            "在 PostgreSQL 上，个人信息由各台机器共用的密钥加密：请指定用 `openssl rand -hex 32` 生成的文件，"
            "并与数据库分开另存一份。见 docs/privacy.md。"
        )  # fmt: skip

    def signing_keys(self) -> SigningKeys:
        """The keys of checkpoints; the file is made by the first signature where none was named. Raises `Invalid`."""
        file, name = self.signing_key_file, "GRIDCASE_SIGNING_KEY_FILE"
        if file is not None:
            if not file.is_file():
                remedy = "There is no such file. Bring it back, or make a first key: `openssl rand -hex 32`."
                zh = "没有此文件。请恢复它，或者生成第一把密钥：`openssl rand -hex 32`。"
                raise Invalid(name, str(file), remedy, zh)
            return SigningKeys.in_file(file, f"{name} ({file})")
        database = self.sqlite_file
        beside = Path("gridcase.signing.key") if database is None else database.with_suffix(".signing.key")
        return SigningKeys.in_file(beside, may_make=True)

    def _master_key(self) -> str:
        assert self.master_key is not None
        return self.master_key.get_secret_value()


def _usable(name: str, keys: Callable[[str], MasterKeys]) -> MasterKeys:
    """The keys, looked at once: what cannot be read stops the start."""
    try:
        found = keys(name)
        _ = found.first
    except LogError as error:
        raise Invalid(name, "…", str(error), f"密钥无法使用：{error}") from None
    return found
