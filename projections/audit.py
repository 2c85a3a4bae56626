"""What happened to a case: one row per event, and the history that people read.

A row holds what the event says and nothing else, so that folding asks no earlier row. What changed from one event to
the next, and the sentences, are worked out when a history is read: their wording may improve without a rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa

from domain.case import case_id, facts_of
from domain.clock import Clock
from domain.policy import PolicyBook, builtin_policies
from domain.topics import TOPICS
from eventlog.learned import decoder
from projections.clock_changes import clock_changes
from projections.moments import instant
from projections.rows import Row, Rows, Values
from projections.schema import METADATA, Number, Text, json_text, parsed, plain
from projections.seen import CASES, Seen
from projections.sentences import UNIT_FACTS, Told, sentences
from projections.units import names_of

READ_AUDIT = sa.Table(
    "read_audit",
    METADATA,
    sa.Column("position", Number, nullable=False),
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("topic", Text, nullable=False),
    sa.Column("occurred_at", Text, nullable=False),
    sa.Column("recorded_at", Text, nullable=False),
    sa.Column("user", Text, nullable=False),
    sa.Column("post", Text, nullable=False),
    sa.Column("unit", Text, nullable=False),
    sa.Column("on_behalf_of", Text, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("level", sa.Integer),
    sa.Column("holder", Text, nullable=False),
    sa.Column("outcome", Text),
    sa.Column("reason", Text, nullable=False),
    sa.Column("basis", Text, nullable=False),
    sa.Column("policy", Text, nullable=False),
    sa.Column("source", Text, nullable=False),
    sa.Column("late", Text, nullable=False),
    sa.Column("correlation", Text, nullable=False),
    sa.Column(
        "changes", Text, nullable=False
    ),  # JSON: the event's own facts, and the clocks as they are after it
)


class Changes(msgspec.Struct):
    """The column `changes`: the event's own facts, and the clocks as they are after it."""

    facts: dict[str, Any]
    clocks: tuple[Clock, ...]


_changes = decoder(Changes).decode
COLUMNS = [c.name for c in READ_AUDIT.columns]


class Audit:
    """One row per event of a case."""

    name = "audit"
    tables = (READ_AUDIT,)
    topics = CASES

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        for seen in events:
            rows.add(READ_AUDIT, _values(*seen))


def _values(position: int, case: str, version: int, topic: str, recorded_at: str, event: Any) -> Values:
    """A row of `read_audit`, its columns in their order."""
    entry, standing = event.entry, event.standing
    actor = entry.actor
    facts = {name: getattr(event, name) for name in _facts(topic)}
    return (
        position,
        case,
        version,
        topic,
        instant(entry.occurred_at),
        recorded_at,
        plain(actor.user),
        actor.post,
        actor.unit,
        plain(actor.on_behalf_of),
        standing.state,
        standing.level,
        standing.holder,
        standing.outcome,
        plain(entry.reason),
        plain(entry.basis),
        entry.policy,
        entry.source,
        entry.late,
        plain(entry.correlation),
        json_text({"facts": facts, "clocks": standing.clocks}),
    )


@cache
def _facts(topic: str) -> tuple[str, ...]:
    return tuple(facts_of(TOPICS[topic]))


def history(
    connection: sa.Connection,
    code: str,
    *,
    after_version: int = 0,
    policies: PolicyBook | None = None,
    in_parts: bool = False,
) -> list[Row]:
    """Everything that was recorded on a case, oldest first; empty for a case nobody has opened.

    To the columns of the table each row adds `code`, `state_before`, `level_before`, `holder_before`, the event's name
    (`zh`, `en`), the units' names of that day (`unit_name`, `holder_name`), `sentence_zh` and `sentence_en`. `changes`
    is {"facts": {…}, "clocks": […]}, the latter as clock_changes.py tells. `after_version` leaves out rows up to it;
    `in_parts` adds `parts`, what the sentence is made of (sentences.Parts).

    Facts and sentences hold references and masks for people (eventlog/masking.py): unmask them for who may see.
    """
    query = (
        sa.select(READ_AUDIT).where(READ_AUDIT.c.case_id == str(case_id(code))).order_by(READ_AUDIT.c.version)
    )
    found = stored(connection.execute(query))
    names = names_of(connection, units_in(found))
    rows = told(code, found, Told(policies or builtin_policies(), names, in_parts=in_parts))
    return [row for row in rows if row["version"] > after_version]


def stored(rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Rows of the table, all columns in their order, as dictionaries with `changes` read."""
    found = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for row in found:
        row["changes"] = _changes(row["changes"])
    return found


def told(code: str, found: list[Row], refers: Told) -> list[Row]:
    """The whole history of a case from what is `stored`, oldest first: what `history` answers."""
    before: Row = {"state": None, "level": None, "holder": ""}
    clocks: dict[str, Clock] = {}
    for row in found:
        kept: Changes = row["changes"]
        changed = clock_changes(clocks, kept.clocks, parsed(row["occurred_at"]))
        row["changes"] = {"facts": kept.facts, "clocks": changed}
        row["code"] = code
        row["state_before"], row["level_before"] = before["state"], before["level"]
        row["holder_before"] = before["holder"]
        row |= sentences(row, refers)
        before = row
    return found


def units_in(found: Sequence[Row]) -> set[str]:
    """The codes of units that the rows speak of, so far as facts of these names hold codes of units."""
    codes = {row[name] for row in found for name in ("unit", "holder")}
    for row in found:
        for name in UNIT_FACTS & row["changes"].facts.keys():
            value = row["changes"].facts[name]
            codes.update(value if isinstance(value, list) else [str(value)])
    return codes
