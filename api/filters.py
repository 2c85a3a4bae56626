"""By what a list of cases is filtered and sorted: the same for JSON, pages, exports and saved searches, as an address says it.

A filter only narrows what somebody may see anyway; what that is, is the scope that `wanted` is given.
"""

# No `from __future__ import annotations`: FastAPI reads the types of these fields from a signature.

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import Query

from api.fields import Day, Line
from domain.calendar import TZ
from domain.organisation import Organisation, local_date
from domain.scope import Scope
from domain.terms import Category, Channel, Outcome, PetitionClass, Severity
from projections.worklist import Wanted

Sort = Literal["next_due", "-next_due", "updated", "-updated", "opened", "-opened", "code", "-code"]

SAME = (
    *("unit", "holder", "person", "reporter", "type", "state", "stage", "level", "severity", "channel", "category"),
    *("petition_class", "outcome", "returned", "new"),
)  # fmt: skip


def _said(text: str) -> Any:
    return Query(description=text)


@dataclass(frozen=True, kw_only=True)
class CaseFilters:
    """What is left out does not matter. Raises what FastAPI and pydantic raise for a value that cannot be."""

    q: Annotated[Line, _said("Words that must all occur, in Chinese or English.")] = ""
    unit: Annotated[Line | None, _said("Held by this unit or one under it.")] = None
    on: Annotated[Day | None, _said("The day on which `unit`'s subtree is meant; left out: today.")] = None
    holder: Annotated[Line | None, _said("Held by exactly this unit.")] = None
    person: Annotated[Line | None, _said("A user with a part in the work.")] = None
    reporter: Annotated[Line | None, _said("The user who opened it.")] = None
    type: Annotated[Literal["dispute", "petition"] | None, Query()] = None
    state: Annotated[Line | None, Query()] = None
    stage: Annotated[Line | None, Query()] = None
    level: Annotated[int | None, Query(ge=0, le=5)] = None
    severity: Annotated[Severity | None, Query()] = None
    channel: Annotated[Channel | None, Query()] = None
    category: Annotated[Category | None, Query()] = None
    petition_class: Annotated[PetitionClass | None, Query()] = None
    outcome: Annotated[Outcome | None, _said("How it ended; so closed cases too.")] = None
    late: Annotated[bool, _said("Only with a deadline that is past due now.")] = False
    due_within: Annotated[
        int | None,
        Query(ge=0, le=366, description="The next deadline ends within so many days, 0 today, and is not late."),
    ] = None  # fmt: skip
    returned: Annotated[bool | None, _said("Given back, and nobody has acted since.")] = None
    new: Annotated[bool | None, _said("Not taken yet by whoever holds it.")] = None
    opened_from: Annotated[Day | None, _said("Opened on this day or later.")] = None
    opened_upto: Annotated[Day | None, _said("Opened on this day or before.")] = None
    closed: Annotated[
        Literal["false", "true", "only"], _said("`true`: closed cases too; `only`: no others.")
    ] = "false"
    sort: Annotated[Sort, _said("With `-` before it the other way round.")] = "next_due"

    def said(self) -> dict[str, str]:
        """As they stand in an address, without those that were left out."""
        told: dict[str, str] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if value is not None and (value, type(value)) != (one.default, type(one.default)):
                told[one.name] = str(value).lower() if isinstance(value, bool) else str(value)
        return told

    def wanted(self, scope: Scope, at: datetime, units: Organisation, **more: Any) -> Wanted:
        """What is asked of the worklist at an instant, of what the scope holds.

        Raises NotFound for a unit that nobody knows: an empty list would hide a slip of the pen.
        """
        today = local_date(at)
        for code in filter(None, (self.unit, self.holder)):
            units.names(code)
        told = {name: getattr(self, name) for name in SAME}
        return Wanted(
            **told | more,
            scope=scope,
            today=today,
            on=self.on,
            late_at=at if self.late else None,
            due_after=None if self.due_within is None else at,
            due_upto=None if self.due_within is None else end_of(today + timedelta(days=self.due_within)),
            opened_from=midnight(self.opened_from) if self.opened_from else None,
            opened_before=end_of(self.opened_upto) if self.opened_upto else None,
            open_only=self.closed == "false" and self.outcome is None,
            closed_only=self.closed == "only",
            text=self.q,
        )


def midnight(on: date) -> datetime:
    """When a local day begins."""
    return datetime.combine(on, time(), TZ)


def end_of(on: date) -> datetime:
    """When a local day is over: a deadline of that day is due then."""
    return midnight(on + timedelta(days=1))
