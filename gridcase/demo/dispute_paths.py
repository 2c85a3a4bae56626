"""The stories of disputes: each path is one way through the table of workflows/dispute.py, as townships live it.

Every trigger of that table has a path that always fires it: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from domain.terms import Category, Channel, Referral, Role
from gridcase.demo import dispute_dangers as d
from gridcase.demo import dispute_levels as v
from gridcase.demo import dispute_parts as s
from gridcase.demo import dispute_troubles as t
from gridcase.demo import wording as w
from gridcase.demo.casework import Path
from gridcase.demo.disputes import DisputeMatter

R = Role
COURT = "澄禾县人民法院"
CONFIRMED = (Category.DAMAGES, Category.CONTRACT, Category.LABOUR, Category.TRAFFIC)

# Everyday matters.


def on_the_spot(m: DisputeMatter) -> Path:
    """Settled by the grid worker where it arose."""
    m.report()
    yield m.days(0, 1)
    s.settle(m)


def on_the_spot_with_visit(m: DisputeMatter) -> Path:
    """Settled on the spot, visited, filed."""
    yield from on_the_spot(m)
    yield m.days(5, 12)
    visitor = m.one(m.grid, R.REPORTER)
    m.do("visit", visitor, visitor=visitor.user, satisfied="yes", answers="双方和好如初。")
    yield m.workdays(2, 8)
    m.do("archive", m.one(m.committee, R.MEDIATOR), index="登记表、就地化解记录、回访记录")


def broke_out_again(m: DisputeMatter) -> Path:
    """Settled in the grid, comes back, and the village settles it."""
    yield from on_the_spot(m)
    yield m.days(12, 60)
    m.do("reopen", m.one(m.grid, R.REPORTER), "双方再起争执。", ground="当事人反悔，纠纷复发")
    yield m.days(0, 1)
    m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
    yield from s.accepted(m)
    yield from s.mediated(m, 1)


def village_oral(m: DisputeMatter) -> Path:
    """The village mediates; an oral agreement is kept at once."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 1)
    s.agree_at_once(m)
    yield m.workdays(0, 1)
    m.do("resolve", m.head(), evidence="当场履行，双方在记录上签字。")
    if m.rng.random() < 0.95:
        yield m.days(2, 4)
        s.visited(m)
    yield from s.second_visit_and_file(m)


def village_written(m: DisputeMatter) -> Path:
    """The village mediates; a written agreement with obligations is kept."""
    yield from s.to_village(m)
    yield from s.mediated(m, m.rng.choice((1, 1, 2, 2, 3)), owed=m.rng.choice((1, 1, 2)))


def kept_late(m: DisputeMatter) -> Path:
    """The day passes, the committee urges, and it is kept after all."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 2)
    s.agree_in_writing(m, days=10)
    yield m.days(4, 6)
    s.visited(m)
    yield from s.fulfilled(m, late=True)
    s.visited(m)
    yield m.workdays(1, 3)
    m.do("resolve", m.head(), evidence="义务方逾期后履行完毕，对方出具收条。")
    yield m.workdays(3, 8)
    s.archive(m)


def went_to_court(m: DisputeMatter) -> Path:
    """The agreement is not kept; it is given up, and one party sues."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 2)
    s.agree_in_writing(m, days=7)
    yield m.days(9, 12)
    m.do("breach", m.chair, number=1, facts="义务方明确表示不再履行。")
    yield m.days(2, 5)
    m.do("urge", m.chair, number=1, how="发出督促履行通知。")
    yield m.days(5, 15)
    m.do("set_aside", m.chair, "义务方拒不履行，双方同意解除协议。", by="双方当事人")
    yield m.days(0, 3)
    m.do(
        "refuse",
        m.citizen(m.parties[1], m.chair),
        party=m.parties[1],
        statement="对方不履行协议，我要到法院起诉。",
        ways_told=w.WAYS,
    )


def confirmed_by_court(m: DisputeMatter) -> Path:
    """司法确认: both parties apply, the court confirms."""
    m.category = m.rng.choice(CONFIRMED)
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 2)
    s.agree_in_writing(m, days=20)
    yield m.days(4, 6)
    s.visited(m)
    yield m.workdays(0, 5)
    m.do("apply_confirmation", m.citizen(m.parties[0], m.chair), court=COURT, applicants=m.parties)
    yield m.workdays(5, 11)
    ruling = f"（{m.work.clock.day.year}）澄禾民特{m.rng.randint(10, 400)}号"
    m.do("decide_confirmation", m.chair, result="granted", document=ruling)
    yield from s.wound_up(m)


def court_said_no(m: DisputeMatter) -> Path:
    """The court refuses to confirm; the agreement is set aside and made anew."""
    m.category = m.rng.choice(CONFIRMED)
    yield from s.to_village(m, channel=Channel.COURT_REFERRAL)
    yield from s.opened(m)
    yield from s.sessions(m, 1)
    s.agree_in_writing(m, days=25)
    yield m.workdays(2, 8)
    m.do("apply_confirmation", m.chair, court=COURT, applicants=m.parties)
    yield m.workdays(6, 12)
    m.do("decide_confirmation", m.chair, result="refused", document="协议内容不明确，不予确认")
    yield m.workdays(1, 3)
    m.do("set_aside", m.chair, "协议条款不明确，需重新约定。", by="人民法院")
    yield from s.concluded(m, 1)


def refused_at_once(m: DisputeMatter) -> Path:
    """One party does not want mediation: their right."""
    m.report()
    yield m.days(0, 2)
    desk = m.one(m.grid, R.REPORTER)
    m.do(
        "refuse",
        m.citizen(m.parties[1], desk),
        party=m.parties[1],
        statement="不愿意调解，想直接走法律途径。",
        ways_told=w.WAYS,
    )


def refused_later(m: DisputeMatter) -> Path:
    """After a session one party has had enough."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 1, works=False)
    yield m.workdays(1, 4)
    m.do("refuse", m.chair, party=m.parties[0], statement="谈不拢，不再接受调解。", ways_told=w.WAYS)


def withdrawn(m: DisputeMatter) -> Path:
    """They made it up among themselves."""
    yield from s.to_village(m)
    yield m.days(1, 5)
    m.do(
        "withdraw",
        m.one(m.committee, R.MEDIATOR),
        withdrawn_by=m.parties,
        signed=True,
        statement="双方已自行和解，申请撤回。",
    )


def shown_elsewhere(m: DisputeMatter) -> Path:
    """Not a matter for mediation: told where to go."""
    m.report()
    yield m.workdays(0, 1)
    if m.rng.random() < 0.5:
        m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
        yield m.workdays(0, 1)
    m.do(
        "refer_out",
        m.head(m.village),
        "已当面说明，并告知其他途径。",
        ground=m.rng.choice((Referral.SPECIAL_ORGAN, Referral.WITH_AGENCY, Referral.PARTY_CHOSE_COURT)),
        ways_told=w.WAYS,
    )
    yield m.workdays(3, 10)
    s.archive(m)


def ended_in_village(m: DisputeMatter) -> Path:
    """Mediation fails in the village."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 3, works=False)
    yield m.workdays(1, 3)
    s.failed(m)
    yield m.workdays(3, 9)
    s.archive(m)


PATHS = (
    # path, weight, severity at the report (weights of 小事, 大事)
    (on_the_spot, 470, (1, 0)),
    (on_the_spot_with_visit, 60, (1, 0)),
    (broke_out_again, 8, (1, 0)),
    (village_oral, 80, (8, 2)),
    (village_written, 135, (5, 5)),
    (kept_late, 16, (5, 5)),
    (went_to_court, 5, (5, 5)),
    (confirmed_by_court, 18, (3, 7)),
    (court_said_no, 3, (3, 7)),
    (refused_at_once, 18, (8, 2)),
    (refused_later, 6, (5, 5)),
    (withdrawn, 14, (8, 2)),
    (shown_elsewhere, 10, (5, 5)),
    (ended_in_village, 10, (4, 6)),
    (v.up_after_failing, 5, (2, 8)),
    (v.three_three_one, 18, (2, 8)),
    (v.up_to_the_county, 6, (1, 9)),
    (v.at_township, 16, (2, 8)),
    (v.handed_down, 7, (3, 7)),
    (v.county_hands_down, 2, (0, 1)),
    (v.returned_to_grid, 10, (6, 4)),
    (v.back_and_forth, 3, (5, 5)),
    (v.returned_from_above, 2, (2, 8)),
    (d.serious, 26, (0, 1)),
    (d.danger_to_township, 5, (0, 1)),
    (d.danger_to_county, 2, (0, 1)),
    (d.worse_then_better, 5, (3, 7)),
    (t.mediators_change, 4, (2, 8)),
    (t.waits_for_appraisal, 10, (3, 7)),
    (t.suspended_above, 3, (1, 9)),
    (t.suspended_in_county, 1, (0, 1)),
    (t.more_time, 6, (4, 6)),
    (t.told_twice, 9, (6, 4)),
    (t.merged_by_mistake, 2, (6, 4)),
    (t.entered_by_mistake, 6, (1, 0)),
    (t.put_right, 6, (6, 4)),
    (t.forgotten, 8, (6, 4)),
    (t.dragging, 10, (4, 6)),
    (t.police_complex, 5, (3, 7)),
)
VILLAGE, TOWNSHIP, ABOVE = "village_mediation", "township_coordination", "escalation"
OPEN_AT_THE_END = (
    # state, path that passes it, severity, how many days before the end it begins at the soonest and at the latest
    ("reported", on_the_spot, (1, 0), 1, 4),
    (f"{VILLAGE}.offered", village_written, (1, 1), 2, 5),
    (f"{VILLAGE}.accepted", village_written, (1, 1), 4, 9),
    (f"{VILLAGE}.mediating", village_written, (1, 1), 8, 18),
    (f"{VILLAGE}.suspended", t.waits_for_appraisal, (1, 1), 13, 26),
    (f"{VILLAGE}.agreed", village_written, (1, 1), 15, 32),
    (f"{TOWNSHIP}.offered", v.at_township, (0, 1), 7, 11),
    (f"{TOWNSHIP}.accepted", v.at_township, (0, 1), 8, 15),
    (f"{TOWNSHIP}.mediating", v.at_township, (0, 1), 10, 22),
    (f"{TOWNSHIP}.suspended", t.suspended_above, (0, 1), 17, 32),
    (f"{TOWNSHIP}.agreed", v.at_township, (0, 1), 21, 40),
    (f"{ABOVE}.offered", t.suspended_in_county, (0, 1), 9, 13),
    (f"{ABOVE}.accepted", t.suspended_in_county, (0, 1), 11, 17),
    (f"{ABOVE}.mediating", t.suspended_in_county, (0, 1), 13, 25),
    (f"{ABOVE}.suspended", t.suspended_in_county, (0, 1), 20, 34),
    (f"{ABOVE}.agreed", t.suspended_in_county, (0, 1), 47, 62),
)
