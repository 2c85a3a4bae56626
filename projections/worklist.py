"""What is there to do: one row per case, as it stands now, with the deadline that comes next.

The row says what the log says. Which triggers somebody may fire on it is the workflow's to answer, never this file's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from domain.case import CLOSED, case_id
from domain.errors import Invalid
from domain.names import value_name
from domain.scope import Scope
from domain.terms import Category, PetitionClass
from projections import schema
from projections.case_facts import NEVER, OTHERS, PEOPLE, SAID, blank, people_in
from projections.clocks import RUNNING
from projections.moments import instant, instant_or_none
from projections.reach import TABLES, having_a_part, keep_parts, keep_reach
from projections.rows import Row, Rows
from projections.schema import METADATA, Number, Text, json_text, json_value, plain
from projections.scoped import seen_by, visible
from projections.seen import CASES, OPENINGS, Seen
from projections.units import under

READ_WORKLIST = sa.Table(
    "read_worklist",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("code", Text, nullable=False),
    sa.Column("type", Text, nullable=False),
    sa.Column("title", Text, nullable=False),
    sa.Column(
        "summary", Text, nullable=False
    ),  # what was told first: a dispute's summary, a petition's request
    sa.Column("category", Text, nullable=False),  # of a dispute; "" for a petition
    sa.Column("petition_class", Text, nullable=False),  # "" until classified
    sa.Column("state", Text, nullable=False),
    sa.Column("stage", Text, nullable=False),
    sa.Column("level", sa.Integer),
    sa.Column("holder", Text, nullable=False),
    sa.Column("origin", Text, nullable=False),
    sa.Column("severity", Text),  # NULL where a foreign log does not tell it
    sa.Column("channel", Text, nullable=False),
    sa.Column("person", Text, nullable=False),  # the user in charge: chair of the mediation, or handler
    sa.Column("mediators", Text, nullable=False),  # JSON list of users
    sa.Column("plan", Text, nullable=False),  # JSON of 三定一包: leader, person, term, guarantee; "" without
    sa.Column("sponsor", Text, nullable=False),
    sa.Column("opened_at", Text, nullable=False),
    sa.Column("updated_at", Text, nullable=False),  # recorded_at of the last event
    sa.Column("closed_at", Text),
    sa.Column("outcome", Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", Number, nullable=False),
    sa.Column("clocks", Text, nullable=False),  # JSON of the running deadlines: name -> [due, warn]
    sa.Column("next_due", Text, nullable=False),
    sa.Column("next_due_clock", Text, nullable=False),
    sa.Column("next_warn", Text),
    sa.Column("returned", sa.Integer, nullable=False),  # 1: given back, and the holder has not acted since
    sa.Column("new", sa.Integer, nullable=False),  # 1: the holder has not taken it yet
    sa.Column("search_text", Text, nullable=False),
    sa.Index("ix_read_worklist_code", "code"),
    sa.Index("ix_read_worklist_due", "next_due", "case_id"),
    sa.Index("ix_read_worklist_updated", "updated_at", "case_id"),
    sa.Index("ix_read_worklist_opened", "opened_at", "case_id"),
    sa.Index("ix_read_worklist_holder", "holder"),
)

NOT_TAKEN = frozenset(
    {"offered", "received", "routed"}
)  # phases in which the holder has yet to take the case

# What each order sorts by, and whether the greatest comes first.
SORTS: Mapping[str, tuple[sa.Column[Any], bool]] = {
    "next_due": (READ_WORKLIST.c.next_due, False),
    "updated": (READ_WORKLIST.c.updated_at, True),
    "opened": (READ_WORKLIST.c.opened_at, True),
}


class Worklist:
    """One row per case, and beside it who may see it (reach.py)."""

    name = "worklist"
    tables = (READ_WORKLIST, *TABLES)
    topics = CASES

    def fold(self, events: Sequence[Seen], rows: Rows) -> None:
        for seen in events:
            case, topic = seen[1], seen[3]
            row = rows.get(READ_WORKLIST, case)
            if row is None:
                if topic not in OPENINGS:
                    raise ValueError(f"case {case} has {topic} at position {seen[0]} before it was opened")
                row = blank(case, seen[5])
            holder, had_a_part = row["holder"], people_in(row) if topic in PEOPLE else frozenset()
            _take(row, seen)
            rows.put(READ_WORKLIST, row)
            keep_reach(rows, seen, row, moved=holder != row["holder"])
            if topic in PEOPLE:
                keep_parts(rows, case, had_a_part, people_in(row))


def _take(row: Row, seen: Seen) -> None:
    position, _, version, topic, recorded_at, event = seen
    entry, standing = event.entry, event.standing
    state, holder = standing.state, standing.holder
    moved = state != row["state"]
    if row["returned"] and (moved or entry.actor.unit == row["holder"]):
        row["returned"] = 0
    if moved:
        row["closed_at"] = instant(entry.occurred_at) if state == CLOSED else None
        row["state"] = state
        row["stage"], _, phase = state.partition(".")
        row["new"] = int(phase in NOT_TAKEN)
    row["level"], row["holder"], row["outcome"] = standing.level, holder, standing.outcome
    row["version"], row["position"], row["updated_at"] = version, position, recorded_at
    if standing.clocks:
        _take_clocks(row, standing.clocks)
    if topic in SAID:
        SAID[topic](row, event)
        row["search_text"] = _search_text(row)
    elif topic in PEOPLE:
        PEOPLE[topic](row, event)
    elif topic in OTHERS:
        OTHERS[topic](row, event)


def _take_clocks(row: Row, clocks: Sequence[Any]) -> None:
    running = json_value(row["clocks"])
    for clock in clocks:
        if clock.status == RUNNING:
            running[clock.name] = [instant(clock.due), instant_or_none(clock.warn)]
        else:
            running.pop(clock.name, None)
    row["clocks"] = json_text(running)
    row["next_due"], row["next_due_clock"] = min(
        ((due, name) for name, (due, _) in running.items()), default=(NEVER, "")
    )
    row["next_warn"] = min((warn for _, warn in running.values() if warn), default=None)


def _search_text(row: Row) -> str:
    names = [value_name(Category, row["category"])] if row["category"] else []
    names += [value_name(PetitionClass, row["petition_class"])] if row["petition_class"] else []
    said = [
        row["code"],
        row["title"],
        row["summary"],
        *(word for name in names for word in name),
        row["origin"],
    ]
    return folded(" ".join(filter(None, said)))


def folded(text: str) -> str:
    """Text as it is searched: lower case, full-width letters and digits as narrow ones."""
    return plain(unicodedata.normalize("NFKC", text).lower())


# Reading.


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases of the worklist; what is None does not matter.

    `scope` is what whoever asks may see on the local day `today`; nothing outside of it is ever listed or counted.
    `unit` means all matters of that unit's subtree on the day `on` (None: today). `person` is a user with any part in
    the work. `late_at`: some deadline is past due at that instant. `text`: words that must all occur, Chinese of any
    length.
    """

    scope: Scope
    today: date
    unit: str | None = None
    on: date | None = None
    holder: str | None = None
    person: str | None = None
    state: str | None = None
    stage: str | None = None
    type: str | None = None
    severity: str | None = None
    channel: str | None = None
    category: str | None = None
    petition_class: str | None = None
    level: int | None = None
    returned: bool | None = None
    new: bool | None = None
    late_at: datetime | None = None
    open_only: bool = True
    text: str = ""

    def conditions(self, connection: sa.Connection) -> list[sa.ColumnElement[bool]]:
        c = READ_WORKLIST.c
        found = [seen_by(connection, self.scope, c.case_id, self.today)]
        for name in (
            "holder",
            "state",
            "stage",
            "type",
            "severity",
            "channel",
            "category",
            "petition_class",
            "level",
        ):
            value = getattr(self, name)
            if value is not None:
                found.append(c[name] == value)
        for name in ("returned", "new"):
            if getattr(self, name) is not None:
                found.append(c[name] == int(getattr(self, name)))
        if self.open_only:
            found.append(c.state != CLOSED)
        if self.unit is not None:
            found.append(c.holder.in_(under(self.unit, self.on or self.today)))
        if self.person is not None:
            found.append(c.case_id.in_(having_a_part(self.person)))
        if self.late_at is not None:
            found.append(c.next_due <= schema.instant(self.late_at))
        found += [c.search_text.contains(word, autoescape=True) for word in folded(self.text).split()]
        return found


def worklist(
    connection: sa.Connection,
    wanted: Wanted,
    *,
    sort: str = "next_due",
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[Row]:
    """Cases in the order of `sort`: next_due (soonest first), updated or opened (latest first).

    `after` is `cursor(row, sort)` of the last row seen. Raises Invalid for an unknown order.
    """
    column, descending = _order(sort)
    query = sa.select(READ_WORKLIST).where(*wanted.conditions(connection)).limit(limit)
    key = sa.tuple_(column, READ_WORKLIST.c.case_id)
    if after is not None:
        last = sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
        query = query.where(key < last if descending else key > last)
    order = (column, READ_WORKLIST.c.case_id)
    query = query.order_by(*(each.desc() if descending else each for each in order))
    return [_shown(row) for row in connection.execute(query)]


def count(connection: sa.Connection, wanted: Wanted) -> int:
    """How many cases `worklist` would list in all."""
    query = sa.select(sa.func.count()).select_from(READ_WORKLIST).where(*wanted.conditions(connection))
    return int(connection.execute(query).scalar_one())


def one(connection: sa.Connection, code: str, scope: Scope, on: date) -> Row | None:
    """The case with this code, open or closed; None also where it is not in the scope."""
    query = sa.select(READ_WORKLIST).where(READ_WORKLIST.c.case_id == str(case_id(code)))
    query = query.where(visible(scope, READ_WORKLIST.c.case_id, on, few=False))
    row = connection.execute(query).first()
    return None if row is None else _shown(row)


def cursor(row: Row, sort: str) -> tuple[str, str]:
    """Where a page ends: what `after` of the next page takes."""
    return row[_order(sort)[0].name] or NEVER, row["case_id"]


def _order(sort: str) -> tuple[sa.Column[Any], bool]:
    if sort not in SORTS:
        raise Invalid("sort", sort, f"Give one of: {', '.join(SORTS)}.")
    return SORTS[sort]


def _shown(row: sa.Row[Any]) -> Row:
    """A row as people read it: no marks for nothing, lists instead of JSON."""
    shown = dict(row._mapping)
    del shown["search_text"]
    if shown["next_due"] == NEVER:
        shown["next_due"] = None
    for name in ("mediators", "plan", "clocks"):
        shown[name] = json_value(shown[name]) if shown[name] else None
    shown["returned"], shown["new"] = bool(shown["returned"]), bool(shown["new"])
    return shown
