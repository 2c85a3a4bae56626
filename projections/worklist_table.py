"""One row per case as it stands now, with the deadline that comes next: how it is kept.

The row says what the log says. How it is asked is worklist.py; which triggers somebody may fire on a case is the
workflow's to answer, never this file's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from domain.case import CLOSED
from domain.names import value_name
from domain.terms import Category, PetitionClass
from projections.case_facts import NEVER, OTHERS, PEOPLE, SAID, blank, people_in
from projections.clocks import RUNNING
from projections.moments import instant, instant_or_none
from projections.reach import TABLES, keep_parts, keep_reach
from projections.rows import Row, Rows
from projections.schema import METADATA, Number, Text, json_text, json_value
from projections.seen import CASES, OPENINGS, Seen
from projections.words import Words, folded, words_of


def _of_some(name: str, where: str, *columns: str) -> sa.Index:
    """An index that holds only the few cases of which this is true: a query has to say it in the same words."""
    said = sa.text(where)
    return sa.Index(f"ix_read_worklist_{name}", *columns, sqlite_where=said, postgresql_where=said)


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
    sa.Column("reporter", Text, nullable=False),  # the user who opened it
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
    sa.Column("number", Number, nullable=False),  # its own: the place in the log where it was opened
    sa.Column("search_text", Text, nullable=False),
    sa.Column("words", Words, nullable=False),  # what `search_text` is found by (words.py)
    sa.Index("ix_read_worklist_number", "number", unique=True),
    sa.Index("ix_read_worklist_code", "code", "case_id"),
    sa.Index("ix_read_worklist_updated", "updated_at", "case_id"),
    sa.Index("ix_read_worklist_opened", "opened_at", "case_id"),
    sa.Index("ix_read_worklist_reporter", "reporter", "state"),
    *(_of_some(f"is_{mark}", f"{mark} = 1", mark, "case_id") for mark in ("returned", "new")),
    *(
        _of_some(f"open_{column}", f"state != '{CLOSED}'", column, "case_id")
        for column in ("code", "opened_at", "updated_at")
    ),
    # With all that lists are filtered by, so that a filter looks into no row: 200,000 cases in a twentieth of a second.
    sa.Index(
        "ix_read_worklist_due", "next_due", "case_id", "state", "stage", "level", "severity", "channel", "type",
        "category", "petition_class", "returned", "new", "holder", "outcome", "opened_at",
    ),
    sa.Index("ix_read_worklist_holder", "holder", "state", "next_due", "case_id", "returned", "new", "person"),
)  # fmt: skip

NOT_TAKEN = frozenset(
    {"offered", "received", "routed"}
)  # phases in which the holder has yet to take the case


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
                row = blank(case, seen[5]) | {"number": seen[0]}
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
        row["search_text"] = text = _search_text(row)
        row["words"] = words_of(text)
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
