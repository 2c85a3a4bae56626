"""The stories of petitions: each path is one way through the table of workflows/petition.py, as offices live it.

Every trigger of that table has a path that always fires it: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from datetime import timedelta

from domain.petition import Evidence, Mode, Result, Satisfaction
from domain.terms import Channel, Colour, PetitionClass, Role
from gridcase.demo import petition_intakes as i
from gridcase.demo import petition_parts as s
from gridcase.demo import petition_troubles as t
from gridcase.demo.casework import Path
from gridcase.demo.district import COUNTY
from gridcase.demo.petitions import PetitionMatter

R = Role

# The everyday ways.


def supported(m: PetitionMatter) -> Path:
    """Accepted, looked into, supported, executed, resolved; the right to a review then lapses by itself."""
    yield from s.in_hand(m)
    yield from s.granted(
        m, m.rng.choice((Result.SUPPORT, Result.SUPPORT, Result.PARTIAL)), late=m.rng.random() < 0.1
    )
    yield from s.told_result(m)


def simple(m: PetitionMatter) -> Path:
    """简易办理 at the township's window: small and clear, done in ten working days."""
    yield from s.in_hand(m, window=True)
    m.do("choose_simple", m.head(), clear_and_small=True, reasons="事实清楚，可当场核实。")
    yield m.workdays(0, 2)
    m.do("hear_statement", m.handler, party=m.parties[0], record="电话听取信访人意见并记录。")
    yield from s.opinion(m, Result.SUPPORT)
    yield from s.executed(m)
    yield from s.told_result(m, 0.6)


def explained(m: PetitionMatter) -> Path:
    """Explained, not granted: the petitioner says what they think of it, or is silent; nobody asks for a review."""
    yield from s.in_hand(m)
    yield from s.answered(m, m.rng.choice((Result.EXPLAIN, Result.EXPLAIN, Result.NOT_SUPPORT)))
    yield from s.told_result(m, content=m.rng.random() < 0.6)
    last = m.case.evaluations[-1][1] if m.case.evaluations else None
    if last in (Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED):
        yield m.workdays(1, 4)
        m.do(
            "resolve",
            m.head(m.responsible),
            evidence_kind=Evidence.PETITIONER_SATISFIED,
            evidence="信访人评价满意",
        )


def advice(m: PetitionMatter) -> Path:
    """建议意见: studied and answered; no sixty days."""
    yield from s.in_hand(m, PetitionClass.ADVICE)
    yield from s.answered(m, Result.EXPLAIN)
    yield from s.told_result(m, 0.4)


def settled(m: PetitionMatter) -> Path:
    """和解: both sides agree to try, sign, and keep it."""
    yield from s.in_hand(m)
    yield from s.settlement_kept(m)


def not_settled(m: PetitionMatter) -> Path:
    """The mediation fails; later it succeeds, but the settlement is not kept; so there is an opinion."""
    yield from s.in_hand(m)
    yield m.workdays(1, 4)
    s.start_mediation(m)
    yield m.workdays(2, 6)
    m.do("stop_mediation", m.handler, ground="双方差距过大")
    yield m.workdays(1, 5)
    s.start_mediation(m)
    yield m.workdays(1, 4)
    s.settle(m)
    yield m.workdays(6, 11)
    m.do("stop_mediation", m.handler, ground="对方未按协议履行，信访人要求继续办理")
    yield from s.granted(m)


def extended(m: PetitionMatter) -> Path:
    """延期 by the head before the sixty days are over."""
    yield from s.in_hand(m)
    yield from s.looked_into(m, slow=True)
    m.do(
        "extend",
        m.head(),
        "情况复杂，需补充勘测。",
        days=m.rng.choice((15, 20, 30)),
        reasons="涉及多年档案核对和现场勘测。",
        notice="延期告知书已送达。",
    )
    yield m.workdays(3, 12)
    yield from s.opinion(m, Result.PARTIAL)
    yield from s.executed(m)


def too_late(m: PetitionMatter) -> Path:
    """The sixty days pass; the supervisor asks why."""
    yield from s.in_hand(m)
    yield from s.looked_into(m)
    left = max((m.case.clocks["P-HANDLE"].due.date() - m.work.clock.day).days, 0)
    yield m.days(left + 3, left + 15)
    supervisor = m.one(COUNTY, R.SUPERVISOR)
    m.do("supervise", supervisor, "逾期未办结。", colour=Colour.RED, duty="当日说明原因，限期出具处理意见")
    yield m.hours(1, 5)
    m.do("answer_supervision", m.head(), number=1, reply="承办人调离交接不到位，已重新明确承办人。")
    yield from s.opinion(m, Result.SUPPORT)
    m.do("lift_supervision", supervisor, "已办结。", number=1)
    yield from s.executed(m)


def assigned(m: PetitionMatter) -> Path:
    """交办 with a term; the report comes in time, and the petitioner's own statement closes the matter."""
    m.receive(channel=Channel.LETTER)
    yield from s.registered(m)
    yield m.workdays(1, 4)
    m.do(
        "route",
        m.desk(),
        unit=m.competent,
        mode=Mode.ASSIGN,
        competence="属该单位职责。",
        term=m.work.clock.day + timedelta(days=50),
    )
    yield from s.taken_on(m)
    yield from s.answered(m, Result.SUPPORT)
    yield m.workdays(2, 6)
    m.do(
        "resolve",
        m.head(m.responsible),
        evidence_kind=Evidence.PETITIONER_STATEMENT,
        evidence="信访人书面说明",
    )


ONE = (1, 0)
PATHS = (
    # path, weight, severity at the receipt (weights of 小事, 大事)
    (t.to_the_city, 8, (7, 3)),
    (t.city_revokes, 3, (7, 3)),
    (t.review_revoked, 8, (7, 3)),
    (i.new_facts, 6, ONE),
    (t.review_upheld, 22, (8, 2)),
    (t.review_changed, 10, (8, 2)),
    (t.flooded_in, 2, ONE),
    (supported, 190, (9, 1)),
    (simple, 95, ONE),
    (explained, 75, (9, 1)),
    (advice, 26, ONE),
    (settled, 34, (8, 2)),
    (not_settled, 6, (8, 2)),
    (extended, 18, (6, 4)),
    (too_late, 14, (8, 2)),
    (assigned, 24, (7, 3)),
    (i.objection_upheld, 8, ONE),
    (i.objection_rejected, 5, ONE),
    (i.decided_by_superior, 3, ONE),
    (i.declined, 20, ONE),
    (i.diverted, 32, ONE),
    (i.diverted_later, 6, ONE),
    (i.report_on_officials, 12, ONE),
    (i.report_seen_late, 2, ONE),
    (i.raised_again, 28, (8, 2)),
    (i.withdrawn, 12, ONE),
    (i.withdrawal_undone, 3, ONE),
    (t.not_resolved_after_all, 4, ONE),
    (t.settlement_broken, 3, ONE),
    (t.hearing_and_recusal, 7, (6, 4)),
    (t.grave, 8, (0, 1)),
    (t.one_matter_of_many, 4, ONE),
    (t.entered_by_mistake, 4, ONE),
    (t.put_right, 5, ONE),
)
REPORTED, HANDLED, ABOVE = "reported", "township_coordination", "escalation"
OPEN_AT_THE_END = (
    # state, path that passes it, severity, how many days before the end it begins at the soonest and at the latest
    (f"{REPORTED}.received", supported, ONE, 1, 2),
    (f"{REPORTED}.registered", supported, ONE, 3, 8),
    (f"{REPORTED}.routed", i.objection_rejected, ONE, 11, 18),
    (f"{REPORTED}.objected", i.objection_rejected, ONE, 14, 22),
    ("village_mediation.mediating", settled, ONE, 20, 34),
    (f"{HANDLED}.handling", supported, ONE, 17, 50),
    (f"{HANDLED}.concluded", settled, ONE, 29, 42),
    (f"{HANDLED}.review_open", explained, ONE, 46, 54),
    (f"{ABOVE}.under_review", t.review_upheld, ONE, 62, 78),
    (f"{ABOVE}.reviewed", t.review_upheld, ONE, 90, 104),
    (f"{ABOVE}.recheck_open", t.review_upheld, ONE, 90, 98),
    (f"{ABOVE}.under_recheck", t.to_the_city, ONE, 106, 125),
)
