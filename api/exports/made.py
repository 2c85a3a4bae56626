"""An export from question to file: the rows that whoever asks may see, as they are now, and the record that they took them.

Nothing leaves before it is recorded. One export at a time in a process: it is work for seconds, and the others wait.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Final
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import Response
from fastapi.responses import StreamingResponse

from api.context import Context
from api.exports.columns import CASES, DEADLINES, Column, Row, Seen
from api.exports.files import MEDIA, Form, written
from domain.actor import Actor
from domain.calendar import TZ
from domain.case import Entry
from domain.export import Export
from domain.rule import Title
from domain.terms import Source
from projections.deadlines import cursor, deadlines
from projections.worklist import Listing, Wanted

AT_ONCE = 1_000  # rows that are read together
HIDDEN: Final = frozenset({"q"})  # what may hold a name: not told in the file, and recorded as a fingerprint
_one_at_a_time = threading.Lock()


@dataclass
class File:
    """An export that was made and recorded. Read it once, then close it."""

    id: UUID
    name: str
    form: Form
    rows: int
    content: IO[bytes]
    closing: ExitStack

    def __iter__(self) -> Iterator[bytes]:
        with self.closing:
            while some := self.content.read(2**16):
                yield some

    def handed(self) -> Response:
        """The file as an answer that a browser saves."""
        named = f"attachment; filename=gridcase.{self.form}; filename*=UTF-8''{quote(self.name)}"
        headers = {"Content-Disposition": named, "Cache-Control": "no-store", "Gridcase-Export": str(self.id)}
        return StreamingResponse(self, media_type=MEDIA[self.form], headers=headers)


@dataclass(frozen=True)
class Asked:
    """Who asks for which file, in which language, by which filters (as an address says them)."""

    actor: Actor
    form: Form
    filters: Mapping[str, str]
    code: str = "zh"
    source: Source = Source.API


def cases(context: Context, asked: Asked, wanted: Wanted, sort: str) -> File:
    """A list of cases as a file."""
    with context.reads.connect() as connection:
        rows = Listing(connection, wanted).rows(sort)
        return _made(context, asked, "cases", CASES, rows, Title("案件清单", "Cases"))


def all_deadlines(context: Context, asked: Asked, kind: str, **told: object) -> File:
    """A list of deadlines as a file; `told` is what `deadlines()` is asked besides."""

    def rows() -> Iterator[Row]:
        after = None
        with context.reads.connect() as connection:
            while some := deadlines(connection, now, kind, after=after, limit=AT_ONCE, **told):  # type: ignore[arg-type]
                yield from some
                after = cursor(some[-1])

    now = context.now()
    return _made(context, asked, "deadlines", DEADLINES, rows(), Title("期限清单", "Deadlines"))


def _made(
    context: Context, asked: Asked, listed: str, columns: Sequence[Column], rows: Iterable[Row], called: Title
) -> File:
    service, now, id = context.service, context.now(), uuid4()
    policy = service.policies.in_force(service.jurisdiction, now)
    seen = Seen(asked.code, now, service.reference.organisation(), policy)
    known_to = context.seen.position()
    about = _about(seen, asked, id, known_to, called)
    with ExitStack() as stack, _one_at_a_time:
        content, count = stack.enter_context(written(asked.form, columns, rows, seen, about))
        entry = Entry(asked.actor, now, source=asked.source)
        filters = {name: _recorded(context, name, value) for name, value in asked.filters.items()}
        facts = {
            "listed": listed,
            "form": asked.form,
            "rows": count,
            "known_to": known_to,
            "filters": filters,
        }
        service.log.append(Export.made_by(id, entry, **facts))
        name = f"{seen.say(called)}-{_local(now):%Y%m%d-%H%M}.{asked.form}"
        return File(id, name, asked.form, count, content, stack.pop_all())


def _about(seen: Seen, asked: Asked, id: UUID, known_to: int, called: Title) -> list[tuple[str, str]]:
    """What the file says of itself."""
    filters = "；".join(f"{name}={'…' if name in HIDDEN else value}" for name, value in asked.filters.items())
    told = (
        (Title("清单", "List"), seen.say(called)),
        (Title("数据截至", "As known at"), f"{_local(seen.now):%Y-%m-%d %H:%M} ({known_to})"),
        (Title("筛选条件", "Filters"), filters or seen.say(Title("无", "none"))),
        (Title("导出账号", "Exported by"), f"{asked.actor.user} @ {asked.actor.unit}".rstrip(" @")),
        (Title("导出编号", "Export id"), str(id)),
    )
    return [(seen.say(title), value) for title, value in told]


def _recorded(context: Context, name: str, value: str) -> str:
    return context.service.log.subjects.fingerprint(value.encode()) if name in HIDDEN else value


def _local(at: datetime) -> datetime:
    return at.astimezone(TZ)
