"""Where did a case come, and who has a part in it? What projections/scoped.py asks when it decides who may see a case.

Kept by the worklist's fold, so that a list and what may be seen of it never part. A unit that a case has reached stays:
what somebody once held they may look up. Do not take a unit out here; a part in the work ends with the work.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from domain.actor import user_key
from domain.case import CaseEvent
from domain.petition_intake import PetitionClassified, PetitionRegistered
from domain.terms import PetitionClass
from domain.topics import TOPICS
from projections.rows import Row, Rows
from projections.schema import METADATA, Text, plain
from projections.seen import CASES, Seen

READ_REACH = sa.Table(  # the units that held the case, began it, or were asked to help
    "read_reach",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("unit", Text, primary_key=True),
    sa.Index("ix_read_reach_unit", "unit", "case_id"),
)

READ_PARTS = sa.Table(  # the users who have a part in the work now, as domain/actor.py compares them
    "read_parts",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("user", Text, primary_key=True),
    sa.Index("ix_read_parts_user", "user", "case_id"),
)

READ_ACCUSED = (
    sa.Table(  # petitions against a unit; it is accused while they are classed as a report (检举控告)
        "read_accused",
        METADATA,
        sa.Column("case_id", Text, primary_key=True),
        sa.Column("unit", Text, nullable=False),
        sa.Column("report", sa.Integer, nullable=False),
        sa.Column("holder", Text, nullable=False),
        sa.Index("ix_read_accused_unit", "unit"),
    )
)

TABLES: Final = (READ_REACH, READ_PARTS, READ_ACCUSED)


def _reaching(event: type[Any]) -> bool:
    return issubclass(event, CaseEvent) and event.reaches is not CaseEvent.reaches


# topic -> which units its event brings the case to (of plain events, which have the same fields)
REACHES: Final = {topic: TOPICS[topic].reaches for topic in CASES if _reaching(TOPICS[topic])}


def keep_reach(rows: Rows, seen: Seen, row: Row, *, moved: bool) -> None:
    """Bring the tables up to an event, after which the worklist has this `row`; `moved`: another unit holds the case."""
    case, topic, event = seen[1], seen[3], seen[5]
    if moved or topic in REACHES:
        named = REACHES[topic](event) if topic in REACHES else ()
        for unit in filter(None, (row["holder"], *named)):
            if rows.get(READ_REACH, case, unit) is None:
                rows.put(READ_REACH, {"case_id": case, "unit": unit})
    if row["type"] == "petition" and (moved or topic in (PetitionRegistered.TOPIC, PetitionClassified.TOPIC)):
        _keep_accused(rows, case, topic, event, row)


def keep_parts(rows: Rows, case: str, before: Iterable[str], now: Iterable[str]) -> None:
    """Bring the parts of a case from these users to those."""
    had, have = ({plain(user_key(user)) for user in users} for users in (before, now))
    for user in sorted(had - have):
        rows.delete(READ_PARTS, case, user)
    for user in sorted(have - had):
        rows.put(READ_PARTS, {"case_id": case, "user": user})


def _keep_accused(rows: Rows, case: str, topic: str, event: Any, row: Row) -> None:
    old = rows.get(READ_ACCUSED, case)
    unit = plain(event.object_unit) if topic == PetitionRegistered.TOPIC else old["unit"] if old else ""
    if unit:
        report = int(row["petition_class"] == PetitionClass.REPORT)
        rows.put(READ_ACCUSED, {"case_id": case, "unit": unit, "report": report, "holder": row["holder"]})


def having_a_part(user: str) -> sa.Select[Any]:
    """A sub-select of the ids of the cases in which a user has a part."""
    return sa.select(READ_PARTS.c.case_id).where(READ_PARTS.c.user == user_key(user))
