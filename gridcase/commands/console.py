"""How the command line speaks: tables for people, JSON for machines, errors as sentences with an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from api.context import Context, opened
from domain.actor import Actor
from domain.calendar import TZ
from domain.errors import (
    GridcaseError,
    Invalid,
    KeyReused,
    LogUnreadable,
    NotFound,
    Refused,
    VersionConflict,
)
from domain.terms import Role
from eventlog.errors import LogError, NotVouchedFor, Tampered
from gridcase.settings import Settings

EXIT_CODES: tuple[tuple[type[Exception], int], ...] = (
    (Refused, 3),
    (NotFound, 4),
    (VersionConflict, 5),
    (LogUnreadable, 6),
    (Tampered, 7),
    (NotVouchedFor, 7),
    (LogError, 6),
    (Invalid, 2),
    (KeyReused, 2),
    (GridcaseError, 1),
)

out = Console(markup=False, emoji=False)  # what people typed is text, never markup
err = Console(stderr=True, markup=False, emoji=False)
P = ParamSpec("P")
T = TypeVar("T")
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def spoken(command: Callable[P, T]) -> Callable[P, T]:
    """Turns what goes wrong into a sentence on standard error and an exit code that means something."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except tuple(kind for kind, _ in EXIT_CODES) as problem:
            for line in told(problem):
                err.print(line, style="red", markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(next(code for kind, code in EXIT_CODES if isinstance(problem, kind))) from None

    return run


def told(problem: Exception) -> list[str]:
    """What went wrong, in English and, where it is known, in Chinese; each wrong field has its own lines."""
    if isinstance(problem, Invalid):
        return [
            line
            for one in problem.every
            for line in (str(one), *([f"{one.field}：{one.remedy_zh}"] if one.remedy_zh else []))
        ]
    return [str(problem), *([problem.sentence_zh] if isinstance(problem, Refused) else [])]


@contextmanager
def house(*, there: bool = False, caught_up: bool = False, watched: bool = False) -> Iterator[Context]:
    """Everything open on the configured database, without a worker; with `caught_up` the read tables are brought up to date.

    `there` for a command that has nothing to do where there is no database yet: it makes none. `watched` for a command
    that runs on.
    """
    settings = Settings.read().model_copy(update={"worker_inside": False})
    if there:
        settings.must_be_there()
    with opened(settings, watched=watched) as context:
        if caught_up:
            head = context.service.log.head()
            context.runner.run_until(head, timeout=600)
            context.seen.wait_for(head, context.settings.read_wait_seconds)  # a replica comes after
        yield context


def show(data: Any, as_json: bool, table: Callable[[], Table | str]) -> None:
    """Print JSON, or what `table` makes for people."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, default=plain) + "\n")
        return
    for_people = table()
    if isinstance(for_people, str):
        out.print(for_people, markup=False, highlight=False)
    else:
        out.print(for_people)


def plain(value: object) -> object:
    """What JSON does not know: instants with their local offset, days, enumerations."""
    if isinstance(value, datetime):
        return value.astimezone(TZ).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def listing(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table for people."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    return table


def local(value: datetime | str | None) -> str:
    """An instant as people in the township read it."""
    if not value:
        return ""
    instant = datetime.fromisoformat(value) if isinstance(value, str) else value
    return instant.astimezone(TZ).strftime("%Y-%m-%d %H:%M")


def until(due: datetime | str | None) -> str:
    """The end of a term as people read it: the last day on which it is in time, with the hour if it ends within a day."""
    if not due:
        return ""
    end = (datetime.fromisoformat(due) if isinstance(due, str) else due).astimezone(TZ)
    if end.time() != time():
        return f"{end:%Y-%m-%d %H:%M}"
    return f"{end.date() - timedelta(days=1)}"


def in_days(row: Mapping[str, Any], due: str) -> dict[str, Any]:
    """A row for machines: the last day in time as `…due_on`, and as `…late_from` the first instant that is late."""
    late_from, before = row[due], due.removesuffix("due")
    end = datetime.fromisoformat(late_from).astimezone(UTC) - timedelta(microseconds=1) if late_from else None
    told = {name: value for name, value in row.items() if name != due}
    return told | {f"{due}_on": end and end.astimezone(TZ).date(), f"{before}late_from": late_from}


@contextmanager
def bar(what: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error; yields `progress(done, total)`. Silent for machines."""
    if quiet or not err.is_terminal:
        yield lambda done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def nearest(word: str, known: Sequence[str]) -> str:
    """The remedy for a word that is none of these."""
    near = get_close_matches(word, known, n=3)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(known)}."


def actor_from(text: str) -> Actor:
    """An actor written as user:post:unit, as in `wang:reporter:330604001001G01`."""
    user, _, rest = text.partition(":")
    post, _, unit = rest.partition(":")
    try:
        return Actor(user, Role(post), unit)
    except ValueError:
        posts = ", ".join(role for role in Role if role is not Role.SYSTEM)
        raise Invalid(
            "--as",
            text,
            f"Write user:post:unit, where post is one of {posts}.",
            f"请写成 账号:岗位:单位，岗位为其中之一：{posts}。",
        ) from None


def day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(name, text, "Give a day such as 2026-03-02.", "请填写日期，例如 2026-03-02。") from None


def instant(name: str, text: str | None) -> datetime | None:
    """An instant; one without a zone is local time."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(
            name,
            text,
            "Give an instant such as 2026-03-02T09:00+08:00.",
            "请填写时间，例如 2026-03-02T09:00+08:00。",
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=TZ)


def pairs(name: str, given: Sequence[str]) -> dict[str, str]:
    """Options written as name=value."""
    told: dict[str, str] = {}
    for text in given:
        key, eq, value = text.partition("=")
        if not eq:
            raise Invalid(name, text, "Write name=value.", "请写成 名称=值。")
        told[key] = value
    return told
