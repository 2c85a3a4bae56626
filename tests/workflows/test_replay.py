"""Loading a case decides nothing: no guard runs, no table is asked, and a table that changed does not matter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.case import case_id
from domain.errors import Refused
from tests.support.township import LI, Township, at
from workflows.dispute import BY_AGREEMENT, ROWS, STATES, VERBS
from workflows.engine import Engine
from workflows.move import Guard, Move
from workflows.table import Table, TableError


def test_replay_runs_no_guard(township: Township, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = Guard.__call__

    def counting(self: Guard, move: Move) -> bool:
        asked.append(self.name)
        return real(self, move)

    monkeypatch.setattr(Guard, "__call__", counting)
    code = township.in_mediation(at(3, 2))
    assert len(asked) > 10, "deciding asks guards"
    asked.clear()
    case = township.log.load(case_id(code))
    assert case.state == "village_mediation.mediating" and case.version == 8
    assert asked == []


def test_a_case_recorded_under_an_older_table_still_loads(township: Township) -> None:
    """A phase got another name: the old state is gone and nobody may do anything there, but the history reads on."""
    code = township.in_mediation(at(3, 2))
    states = tuple(replace(s, name=s.name.replace("mediating", "talking")) for s in STATES)
    rows = tuple(
        replace(
            row,
            source=row.source.replace("mediating", "talking"),
            target=row.target.replace("mediating", "talking"),
        )
        for row in ROWS
    )
    engine = township.service.engines["dispute"]
    younger = Engine(
        Table("dispute", states, rows, VERBS, BY_AGREEMENT),
        township.service.reference.organisation,
        township.service.policies,
        engine.clockwork,
        "CN",
    )
    township.service.engines["dispute"] = younger
    case = township.service.case(code)
    assert case.state == "village_mediation.mediating"
    assert younger.allowed(case, LI, at(3, 3)) == []
    with pytest.raises(Refused) as refusal:
        township.do("explain_rights", code, at(3, 3), LI, told=["s1", "s2"])
    assert refusal.value.guard == "no_such_step"


REPORT = next(row for row in ROWS if row.trigger == "report")
SENSELESS = {
    "unknown state": (STATES, (*ROWS, replace(REPORT, source="dreaming")), VERBS),
    "unreachable": ((*STATES, replace(STATES[1], name="limbo")), ROWS, VERBS),
    "never be tried": (STATES, (*ROWS, REPORT), VERBS),
    "without a row": (STATES, ROWS, VERBS | {"dance": ("跳舞", "Dance")}),
    "no verb": (STATES, ROWS, {name: verb for name, verb in VERBS.items() if name != "report"}),
    "nothing stops": (STATES, (*ROWS, replace(REPORT, source="closed", starts=("D-NEVER",))), VERBS),
    "nothing starts": (STATES, (*ROWS, replace(REPORT, source="closed", meets=("D-GHOST",))), VERBS),
    "two events": (STATES, (*ROWS, replace(REPORT, source="closed", event=ROWS[1].event)), VERBS),
}


@pytest.mark.parametrize("said", SENSELESS)
def test_a_table_that_makes_no_sense_cannot_be_imported(said: str) -> None:
    states, rows, verbs = SENSELESS[said]
    with pytest.raises(TableError, match=said):
        Table("dispute", states, rows, verbs, BY_AGREEMENT)
