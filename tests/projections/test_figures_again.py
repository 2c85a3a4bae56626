"""The same figures, worked out a second time: from the events, in plain Python, for random small histories and cuts."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.conduct import SeverityRaised
from domain.organisation import Organisation, local_date
from domain.terms import Outcome, Severity
from domain.unit import Unit
from tests.support.casework import District, at

START, END = date(2026, 2, 1), date(2026, 9, 1)
ABOVE = {"G1": "V1", "G2": "V2", "G3": "V3", "V1": "T1", "V2": "T1", "V3": "T2", "T1": "C", "T2": "C"}
TARGET = {"minor": 0, "major": 1, "serious": 2}
OVER = {"V1": "G1", "V2": "G2", "V3": "G3", "T1": "V1", "T2": "V3", "C": "T1"}

steps = st.tuples(
    st.integers(min_value=0, max_value=999),  # which of the steps that make sense there
    st.sampled_from([0, 1, 5, 20, 29, 30, 31, 45, 60, 61, 90, 91]),  # days since the step before
    st.sampled_from([0, 0, 0, 1, 40]),  # days until it is recorded
)
histories = st.lists(
    st.tuples(
        st.sampled_from(["G1", "G2", "G3"]),
        st.sampled_from(list(TARGET)),
        st.lists(steps, min_size=2, max_size=9),
    ),
    min_size=1,
    max_size=4,
)


def tell(district, code, origin, severity, story):
    """Tell one case: each step is one of those that make sense where it stands."""
    when = known = at(1, 5)
    case = district.dispute(code, when, origin, severity)
    for pick, days_later, delay in story:
        when += timedelta(days_later)
        known = max(known, when + timedelta(delay))
        choices = sensible(case, when, {"known": known})
        choices[pick % len(choices)]()


def sensible(case, when, more):
    """What may happen to a case next, each as a call; the more likely twice."""
    state, holder, outcome = case.standing.state, case.standing.holder, case.standing.outcome
    if state == "closed":
        ways = [lambda: case.void(when, **more)]
        if outcome == Outcome.MERGED:
            return [*ways, lambda: case.unmerge(when, "village_mediation.accepted", **more)]
        if outcome != Outcome.VOIDED:
            ways += [lambda: case.reopen(when, **more)] * 3
        if outcome == Outcome.TERMINATED and holder in ABOVE:
            ways += [lambda: case.refer_up(ABOVE[holder], when, **more)] * 3
        return ways
    ways = [lambda: case.resolve(when, **more), lambda: case.fail(when, **more)] * 3
    ways += [partial(getattr(case, way), when, **more) for way in ("refuse", "withdraw", "void", "session")]
    ways += [lambda: case.merge("D0", when, **more), lambda: case.correct("origin", "", "G2", when, **more)]
    ways += [lambda: case.tell(SeverityRaised, when, severity=Severity("serious"), **more)]
    if state.endswith("offered"):
        ways += [lambda: case.accept(when, **more)] * 8 + [
            lambda: case.give_back(OVER[holder], when, **more)
        ] * 2
    elif holder[0] == "G":
        ways += [lambda: case.offer(ABOVE[holder], when, **more)] * 8
    if holder in ABOVE:
        ways += [lambda: case.skip_to("C", when, **more)]
        ways += [lambda: case.refer_up(ABOVE[holder], when, **more)] * (6 if holder[0] != "G" else 0)
    if holder[0] in "TC":
        ways += [lambda: case.hand_down(OVER[holder], when, **more)] * 3
    return ways


class Told:
    """One case as its events up to the cut tell it."""

    def __init__(self, events):
        self.endings: list[dict[str, Any]] = []
        self.custody: list[tuple[datetime, int, str]] = []
        self.taken: dict[int, tuple[datetime, str]] = {}
        self.up: dict[int, tuple[datetime, str]] = {}
        self.sessions = 0
        self.voided = self.merged = closed = False
        for event in events:
            new, when, name = event.standing, event.entry.occurred_at, type(event).__name__
            if name == "DisputeReported":
                self.origin, self.peak, self.opened = event.origin, str(event.severity), when
            if name == "SeverityRaised" and TARGET[event.severity] > TARGET[self.peak]:
                self.peak = str(event.severity)
            if name == "FactCorrected":
                self.origin = event.new
            if name in ("ReferredUp", "LevelSkipped"):
                level = self.custody[-1][1]
                self.up.setdefault(level, (when, str(getattr(event, "ground", "skip_rule"))))
                if level not in self.taken:
                    del self.up[level]
            self.sessions += name == "SessionHeld"
            self.custody.append((when, int(new.level), new.holder))
            ends = new.state == "closed"
            if not ends and not new.state.endswith(("offered", "reported")) and new.level not in self.taken:
                self.taken[int(new.level)] = (when, new.holder)
            if ends and not closed:
                self.endings.append(
                    {
                        "at": when,
                        "outcome": str(new.outcome),
                        "refused": name == "MediationRefused" and not self.sessions,
                        "highest": max(level for _, level, _ in self.custody),
                        "unit": new.holder,
                        "undone": None,
                    }
                )
            if closed and not ends:
                how = {"ReferredUp": "referred_up", "CaseUnmerged": "unmerged"}.get(name, "reopened")
                self.endings[-1]["undone"] = (how, when)
            closed = ends
            self.voided, self.merged = new.outcome is Outcome.VOIDED, new.outcome is Outcome.MERGED

    @property
    def gone(self):
        return "voided" if self.voided else "merged" if self.merged else ""

    def terminal(self):
        for ending in self.endings:
            if not self.gone and ending["outcome"] in ("merged", "voided"):
                continue
            how, when = ending["undone"] or ("", ending["at"])
            if (
                not self.gone
                and how == "referred_up"
                and not ending["refused"]
                and days(ending["at"], when) <= 30
            ):
                continue
            return ending
        return None


def days(since: datetime, until: datetime) -> int:
    return (local_date(until) - local_date(since)).days


class Second:
    """The figures once more, for a unit, over [START, END); `spread`: by the children of the unit, and by month."""

    def __init__(self, district, unit, cut, spread=False):
        self.unit, self.cut, self.spread = unit, cut, spread
        by_case = defaultdict(list)
        for one in sorted(district.events, key=lambda one: one.recorded_at):
            if not isinstance(one.event, Unit.Event) and one.recorded_at <= cut:
                by_case[one.event.originator_id].append(one.event)
        self.cases = [Told(events) for events in by_case.values()]
        self.units = Organisation(one.event for one in district.events if isinstance(one.event, Unit.Event))
        self.count = defaultdict(Counter)

    def here(self, unit, when):
        on = local_date(when)
        return (
            START <= on < END
            and self.units.is_active(self.unit, on)
            and self.units.is_under(unit, self.unit, on)
        )

    def add(self, key, reason, numerator, unit, when):
        if self.spread:
            key = f"{self.child(unit, local_date(when))} {local_date(when):%Y-%m}"
        row = self.count[key]
        if reason:
            row[reason] += 1
        else:
            row["D"] += 1
            row["N"] += bool(numerator)

    def child(self, unit, on):
        """The unit directly under the asked one to which this one belongs on a day; else the asked one."""
        under = (code for code in self.units.children(self.unit, on) if self.units.is_under(unit, code, on))
        return next(under, self.unit)

    def told(self, *keys):
        found = {}
        for key in {*(() if self.spread else keys), *self.count}:
            row = Counter(self.count[key])
            head = f"{row.pop('N', 0)}/{row.pop('D', 0)}"
            found[key] = head + "".join(f" -{reason} {n}" for reason, n in sorted(row.items()))
        return found

    def contained(self, level=None):
        for case in self.cases:
            end = case.terminal()
            if end is None or not self.here(case.origin, end["at"]):
                continue
            failed = end["outcome"] == "terminated" and days(end["at"], self.cut) <= 30
            reason = case.gone or ("opted_out" if end["refused"] else "not_terminal" if failed else "")
            how, when = end["undone"] or ("", end["at"])
            back = how == "reopened" and days(end["at"], when) <= 90
            highest = TARGET[case.peak] if level is None else level
            kept = end["outcome"] == "resolved" and not back and end["highest"] <= highest
            self.add(case.peak if level is None else "", reason, kept, case.origin, end["at"])
        return self.told(*(TARGET if level is None else [""]))

    def escalation(self):
        for case in self.cases:
            for level, (when, unit) in case.taken.items():
                if self.here(unit, when):
                    up = case.up.get(level)
                    name = ("grid", "village", "township", "county")[level]
                    self.add(name, case.gone, up and days(when, up[0]) <= 60, unit, when)
        return self.told("village", "township")

    def reopen(self):
        for case in self.cases:
            for end in case.endings:
                if end["outcome"] in ("merged", "voided") or not self.here(end["unit"], end["at"]):
                    continue
                how, when = end["undone"] or ("", end["at"])
                soon = bool(how) and days(end["at"], when)
                reason = case.gone or ("referred_up" if how == "referred_up" and soon <= 30 else "")
                self.add("", reason, how == "reopened" and soon <= 90, end["unit"], end["at"])
        return self.told("")

    def backlog(self):
        end = min(datetime.combine(END, datetime.min.time(), at(1, 1).tzinfo), self.cut)
        last = min(END - timedelta(1), local_date(self.cut))
        for case in self.cases:
            open_now = case.opened < end
            for ending in case.endings:
                if ending["at"] < end and not (ending["undone"] and ending["undone"][1] < end):
                    open_now = False
            if not open_now:
                continue
            unit = [unit for when, _, unit in case.custody if when < end][-1]
            noon = datetime.combine(last, datetime.min.time(), at(1, 1).tzinfo)
            if self.here(unit, noon):
                self.add("", case.gone, (last - local_date(case.opened)).days > 90, unit, noon)
        return self.told("")


@given(
    histories,
    st.sampled_from(["C", "T1", "T2", "V1", "V2", "G1"]),
    st.integers(min_value=1, max_value=700),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_sql_and_plain_python_agree(stories, unit, cut_days, merged):
    district = District()
    if merged:
        district.change_unit("V1", "merge_into", "V2", on=date(2026, 5, 1))
        district.change_unit("V3", "move", "T1", on=date(2026, 5, 20))
    for number, (origin, severity, story) in enumerate(stories, 1):
        tell(district, f"D{number}", origin, severity, story)
    cut = at(1, 6) + timedelta(days=cut_days, hours=1)
    ask = {"since": START, "until": END, "known_at": cut}

    def second():
        return Second(district, unit, cut)

    assert district.rates("containment", unit, **ask) == second().contained()
    plain = [
        district.rates(f"contained_in_{place}", unit, **ask) for place in ("grid", "village", "township")
    ]
    assert plain == [second().contained(level) for level in (0, 1, 2)]
    assert district.rates("escalation", unit, **ask) == second().escalation()
    assert district.rates("reopen", unit, **ask) == second().reopen()
    assert district.rates("backlog", unit, by=(), **ask) == second().backlog()
    for name, level in (("containment", None), ("contained_in_village", 1)):
        told = Second(district, unit, cut, spread=True).contained(level)
        assert district.rates(name, unit, by="unit,month", **ask) == told
    for name in ("escalation", "reopen"):
        told = getattr(Second(district, unit, cut, spread=True), name)()
        assert district.rates(name, unit, by="unit,month", **ask) == told
    inside = [int(row[""].split("/")[0]) for row in plain]
    assert inside == sorted(inside)  # what did not leave the grid did not leave the village


@given(histories)
@settings(max_examples=25, deadline=None)
def test_a_number_and_its_cases_never_part(stories):
    district = District()
    for number, (origin, severity, story) in enumerate(stories, 1):
        tell(district, f"D{number}", origin, severity, story)
    for name, by in (
        ("containment", "unit,severity"),
        ("contained_in_village", "month"),
        ("escalation", "level"),
    ):
        for row in district.figure(name, by=by)["rows"]:
            key = {dimension: row[dimension] for dimension in by.split(",")}
            for part in ("numerator", "denominator"):
                assert len(district.drill(name, key=key, part=part)) == row[part]
            left_out = sum(row["excluded"].values())
            assert len(district.drill(name, key=key, part="excluded")) == left_out
