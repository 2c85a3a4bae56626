"""Disputes in trouble: mediators who must go, waiting, merging, mistakes, delay.

Every trigger of the table has a path that always fires it: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from datetime import timedelta

from domain.terms import Category, Channel, Colour, Level, Role
from gridcase.demo import dispute_parts as s
from gridcase.demo import wording as w
from gridcase.demo.casework import Path
from gridcase.demo.disputes import DisputeMatter
from gridcase.demo.district import COUNTY

R = Role


# What may happen to any case.


def mediators_change(m: DisputeMatter) -> Path:
    """A party chooses, a mediator discloses a tie, another is asked to withdraw: each is replaced."""
    yield from s.climb(m, Level.TOWNSHIP)
    first, second, third, *_ = m.mediators()
    yield m.workdays(0, 1)
    m.do("choose_mediator", m.citizen(m.parties[0], first), party=m.parties[0], mediator=first.user)
    m.do("assign_mediator", m.head(), chair=first.user, how_chosen="chosen")
    yield m.workdays(0, 1)
    m.do("disclose_conflict", first, mediator=first.user, relation="与一方当事人系表亲")
    m.do("replace_mediator", m.head(), "主动披露利害关系。", old=first.user, new=second.user)
    yield m.workdays(0, 1)
    m.do(
        "ask_recusal",
        m.citizen(m.parties[1], second),
        "认为其曾代理对方事务。",
        party=m.parties[1],
        mediator=second.user,
    )
    m.do("replace_mediator", m.head(), "当事人申请回避。", old=second.user, new=third.user)
    s.begin(m)
    yield from s.concluded(m, 1)


def waits_for_appraisal(m: DisputeMatter, level: Level = Level.VILLAGE) -> Path:
    """中止: an appraisal takes weeks, and the term waits."""
    yield from s.climb(m, level)
    yield from s.opened(m)
    yield from s.sessions(m, 1, works=False)
    yield m.workdays(0, 2)
    cause = m.rng.choice(("appraisal", "party_absent"))
    m.do(
        "suspend",
        m.head(),
        "等待鉴定结论。" if cause == "appraisal" else "一方外出务工，约定返乡后继续。",
        cause=cause,
        expected_until=m.work.clock.day + timedelta(days=20),
    )
    yield m.days(10, 26)
    m.do("resume", m.chair)
    yield from s.concluded(m, 1)


def suspended_above(m: DisputeMatter) -> Path:
    """中止 in the township."""
    yield from waits_for_appraisal(m, Level.TOWNSHIP)


def suspended_in_county(m: DisputeMatter) -> Path:
    """中止 in the county."""
    m.category = m.rng.choice(s.GRAVE)
    yield from waits_for_appraisal(m, Level.COUNTY)


def more_time(m: DisputeMatter) -> Path:
    """延长: both parties ask before the month is over."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 2, works=False)
    yield m.workdays(2, 4)
    m.do("extend", m.head(), "双方书面申请延长。", days=15, asked_by=m.parties)
    yield from s.concluded(m, 2)


def told_twice(m: DisputeMatter) -> Path:
    """Found by the grid and told to the police: one matter, merged into the lead."""
    yield from s.to_village(m)
    twin = m.again()
    yield m.days(0, 1)
    twin.report(Channel.POLICE_110)
    yield m.workdays(0, 1)
    twin.do(
        "merge",
        m.head(m.village),
        "同一当事人同一事实，两个渠道重复登记。",
        lead=m.code,
        same_facts=True,
        same_parties=True,
    )
    yield from s.mediated(m, 1)


def merged_by_mistake(m: DisputeMatter) -> Path:
    """Merged, then seen to be two matters: each goes its way."""
    yield from s.to_village(m)
    twin = m.again()
    twin.report(Channel.DUTY_DESK)
    yield m.workdays(0, 1)
    twin.do("merge", m.head(m.village), "登记内容相近。", lead=m.code, same_facts=True, same_parties=True)
    yield m.workdays(1, 3)
    twin.do("unmerge", m.head(m.village), "核实后系两起不同纠纷。", lead=m.code)
    yield m.days(0, 1)
    twin.do(
        "refuse",
        m.one(m.grid, R.REPORTER),
        party=m.parties[0],
        statement="此事不用村里管，我们自己解决。",
        ways_told=w.WAYS,
    )
    twin.do("link", m.one(m.grid, R.REPORTER), other=m.code, relation="related")
    yield from s.mediated(m, 1)


def entered_by_mistake(m: DisputeMatter) -> Path:
    """作废: entered by mistake; two people say so."""
    m.report()
    yield m.days(0, 2)
    m.do(
        "void",
        m.head(m.village),
        "误将咨询登记为纠纷。",
        entry_error="当事人仅为咨询，无争议事实",
        second_approver=m.one(m.centre, R.INTAKE).user,
    )


def put_right(m: DisputeMatter) -> Path:
    """更正: the origin was the neighbouring grid; later the category as well."""
    yield from s.to_village(m)
    yield m.workdays(0, 2)
    other = m.grid[:-1] + ("1" if m.grid[-1] != "1" else "2")
    approver = m.head(m.township).user
    m.do(
        "correct",
        m.head(),
        "发生地登记有误。",
        field="origin",
        old=m.grid,
        new=other,
        evidence="现场定位照片",
        approved_by=approver,
    )
    new = Category.OTHER if m.about.category is not Category.OTHER else Category.NEIGHBOUR
    m.do(
        "correct",
        m.head(),
        "类型登记有误。",
        field="category",
        old=str(m.about.category),
        new=str(new),
        evidence="双方陈述",
        approved_by=approver,
    )
    yield from s.mediated(m, 1)


def forgotten(m: DisputeMatter) -> Path:
    """Nobody takes it for a week: the colours come, and the county supervises."""
    m.report(Channel.DUTY_DESK)
    yield m.days(0, 1)
    m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
    yield m.workdays(4, 6)
    supervisor = m.one(COUNTY, R.SUPERVISOR)
    colour = m.rng.choice((Colour.YELLOW, Colour.RED))
    m.do("supervise", supervisor, "待受理逾期。", colour=colour, duty="两日内受理并说明逾期原因")
    yield m.workdays(0, 2)
    m.do("accept", m.one(m.committee, R.MEDIATOR), within_scope=True)
    m.do("answer_supervision", m.head(), number=1, reply="因村级换届交接遗漏，现已受理并指定调解员。")
    yield m.workdays(2, 5)
    m.do("lift_supervision", supervisor, "整改到位。", number=1)
    yield from s.mediated(m, 1)


def dragging(m: DisputeMatter) -> Path:
    """Weeks without a step: yellow, then red; blue supervision, and at last an agreement."""
    yield from s.to_village(m)
    yield from s.opened(m)
    yield from s.sessions(m, 1, works=False)
    yield m.workdays(11, 16)
    m.do(
        "supervise", m.one(COUNTY, R.SUPERVISOR), "久拖未决。", colour=Colour.BLUE, duty="说明进展，限期化解"
    )
    yield m.workdays(0, 1)
    m.do("answer_supervision", m.head(), number=1, reply="因一方外出，已约定近日再次调解。")
    yield from s.concluded(m, 2)


def police_complex(m: DisputeMatter) -> Path:
    """A complex matter from the police: feedback within five days, identities read for the file."""
    m.report(Channel.POLICE_110, complex_110=True)
    yield m.hours(2, 5)
    m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
    yield from s.accepted(m)
    mediator = m.one(m.committee, R.MEDIATOR)
    m.do("reveal", mediator, subject=m.parties[0], purpose="联系当事人约定调解时间")
    m.do("reveal", m.one(COUNTY, R.PRIVACY_OFFICER), subject=m.parties[1], purpose="个人信息查阅抽查")
    yield from s.mediated(m, 2)
