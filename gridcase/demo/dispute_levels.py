"""Stories of disputes that go up and down the levels: referred, skipped, handed down, given back.

Every trigger here is always fired by its path: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from datetime import timedelta

from domain.terms import Ground, Level, Role
from gridcase.demo import dispute_parts as s
from gridcase.demo.casework import Path
from gridcase.demo.disputes import DisputeMatter
from gridcase.demo.district import COUNTY_CENTRE

R = Role


def up_after_failing(m: DisputeMatter) -> Path:
    """It failed in the village; weeks later the village refers it up after all."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 3, works=False)
    yield m.workdays(1, 3)
    s.failed(m)
    yield m.workdays(4, 12)
    yield from s.go_up(m, Ground.ATTEMPTS_EXHAUSTED, "村级调解三次未成，已终止；当事人愿意再由乡镇调解。")
    yield from s.mediated(m, 1)


def three_three_one(m: DisputeMatter) -> Path:
    """331: three sessions in the village, then the township finds the way."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 3, works=False)
    yield m.workdays(1, 3)
    yield from s.go_up(m, Ground.ATTEMPTS_EXHAUSTED, "村级调解三次，双方就数额未达成一致，调解记录附后。")
    yield from s.mediated(m, m.rng.choice((1, 2)), owed=m.rng.choice((1, 2)))


def up_to_the_county(m: DisputeMatter) -> Path:
    """331 to the end: village, township, and once in the county."""
    m.category = m.rng.choice(s.GRAVE)
    yield from s.to_village(m)
    for _ in range(2):
        yield from s.opened(m)
        yield from s.sessions(m, 3, works=False)
        yield m.workdays(1, 3)
        yield from s.go_up(
            m, Ground.ATTEMPTS_EXHAUSTED, "本级调解三次未成，分歧集中在责任比例，调解记录附后。"
        )
    yield from s.opened(m)
    if m.rng.random() < 0.6:
        yield from s.sessions(m, 1)
        s.agree_in_writing(m)
        yield from s.wound_up(m)
    else:
        yield from s.sessions(m, 1, works=False)
        yield m.workdays(1, 3)
        s.failed(m)


def at_township(m: DisputeMatter) -> Path:
    """Not for the village to decide: the township mediates."""
    yield from s.climb(m, Level.TOWNSHIP, Ground.NOT_COMPETENT)
    yield from s.mediated(m, m.rng.choice((1, 2, 3)), owed=m.rng.choice((1, 2)))


def handed_down(m: DisputeMatter) -> Path:
    """交办: the township gives it back to the village with a term, and the village reports."""
    yield from s.climb(m, Level.TOWNSHIP)
    yield m.workdays(0, 2)
    m.do(
        "hand_down",
        m.head(),
        "情况清楚，由村里就近调处。",
        unit=m.committee,
        term=m.work.clock.day + timedelta(days=m.rng.randint(20, 30)),
        responsible=m.work.district.name(m.village),
    )
    yield from s.accepted(m)
    yield from s.opened(m)
    yield from s.sessions(m, 1)
    s.agree_in_writing(m)
    yield m.workdays(1, 3)
    m.do("report_completion", m.head(), report="已达成书面协议，正在履行。")
    yield from s.wound_up(m)


def county_hands_down(m: DisputeMatter) -> Path:
    """The county hands it to the township, which returns it once; then the township settles it."""
    m.category = m.rng.choice(s.GRAVE)
    yield from s.climb(m, Level.COUNTY)
    term = timedelta(days=m.rng.randint(25, 35))
    for returned in (True, False):
        m.do(
            "hand_down",
            m.head(COUNTY_CENTRE),
            "由乡镇牵头调处。",
            unit=m.centre,
            term=m.work.clock.day + term,
            responsible=m.work.district.name(m.township),
        )
        if returned:
            yield m.workdays(0, 2)
            m.do(
                "return",
                m.one(m.centre, R.INTAKE),
                "涉及县级部门职责，乡镇难以单独处理。",
                ground="not_competent",
            )
            yield from s.accepted(m)
            yield m.workdays(0, 2)
    yield from s.accepted(m)
    yield from s.opened(m)
    yield from s.sessions(m, 2)
    s.agree_in_writing(m)
    yield m.workdays(1, 3)
    m.do("report_completion", m.head(), report="乡镇已促成协议，报结。")
    yield from s.wound_up(m)


def returned_to_grid(m: DisputeMatter) -> Path:
    """The committee returns it, the grid completes the facts and offers it again."""
    m.report()
    yield m.days(0, 1)
    m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
    yield m.workdays(0, 2)
    m.do("return", m.head(), "登记的事实不清，请补充。", ground="facts_missing")
    yield m.days(0, 1)
    m.do("offer", m.one(m.grid, R.REPORTER), "已补充现场照片和双方陈述。", unit=m.committee)
    yield from s.accepted(m)
    yield from s.mediated(m, 1)


def back_and_forth(m: DisputeMatter) -> Path:
    """Returned until the limit; then the common superior decides whose it is."""
    m.report()
    for _ in range(2):
        yield m.days(0, 1)
        m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
        yield m.workdays(0, 2)
        m.do("return", m.head(), "当事人户籍不在本村，认为不属本村管辖。", ground="not_competent")
    yield m.days(0, 1)
    m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
    yield m.workdays(0, 1)
    m.do("determine", m.head(m.township), "纠纷发生地在该村，由该村调委会受理。", unit=m.committee)
    yield from s.accepted(m)
    yield from s.mediated(m, 1)


def returned_from_above(m: DisputeMatter) -> Path:
    """The township returns it to the village, which returns it once; the county's centre returns it as well."""
    m.category = m.rng.choice(s.GRAVE)
    yield from s.to_village(m)
    yield m.workdays(0, 2)
    m.do(
        "refer_up",
        m.head(),
        unit=m.centre,
        ground=Ground.PARTY_REQUEST,
        tried="已上门两次，当事人要求乡镇出面。",
    )
    yield m.workdays(0, 2)
    m.do("return", m.one(m.centre, R.INTAKE), "村级尚未正式组织调解，请先调解。", ground="not_tried")
    yield m.workdays(0, 1)
    m.do("return", m.head(), "当事人拒绝在村里调解，附本人书面意见。", ground="party_request")
    yield from s.accepted(m)
    yield m.workdays(1, 2)
    m.do(
        "refer_up",
        m.head(),
        unit=COUNTY_CENTRE,
        ground=Ground.CONFLICT,
        tried="乡镇调解员与一方有亲属关系，申请上级调解。",
    )
    yield m.workdays(0, 2)
    m.do("return", m.one(COUNTY_CENTRE, R.INTAKE), "乡镇可以更换调解员后继续调解。", ground="can_be_replaced")
    yield from s.accepted(m)
    yield from s.mediated(m, 2)
