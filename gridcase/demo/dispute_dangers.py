"""Stories of serious disputes: a plan, danger that is reported and met, levels that are skipped, joint work.

Every trigger here is always fired by its path: do not hide a rare one behind a chance.
"""

from __future__ import annotations

from datetime import timedelta

from domain.terms import Channel, Ground, Role, Severity
from gridcase.demo import dispute_parts as s
from gridcase.demo.casework import Path
from gridcase.demo.disputes import DisputeMatter
from gridcase.demo.district import COUNTY, COUNTY_CENTRE

R = Role


def serious(m: DisputeMatter) -> Path:
    """重大矛盾: plan, sponsor, joint handling in the township."""
    m.severity, m.category = Severity.SERIOUS, m.rng.choice(s.GRAVE)
    m.report()
    yield m.days(0, 0)
    if m.rng.random() < 0.85:
        s.plan(m)
    m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
    yield m.workdays(0, 1)
    m.do("accept", m.one(m.committee, R.MEDIATOR), within_scope=True)
    yield from s.go_up(m, Ground.SERIOUS, "村里已稳控双方，事态重大，提请乡镇牵头。")
    leader = m.one(m.township, R.SPONSOR)
    m.do(
        "sponsor",
        leader,
        leader=leader.user,
        aim="一个月内化解，不发生次生问题",
        report_by=m.work.clock.day + timedelta(days=15),
    )
    yield m.workdays(0, 1)
    s.plan(m)
    m.do("form_joint", m.head(), lead=m.centre, members=(m.committee, f"{m.township}-TW", f"{COUNTY}-SF"))
    s.assign(m)
    yield m.workdays(0, 2)
    m.do(
        "joint_meeting",
        m.head(),
        attended=(m.centre, m.committee, f"{COUNTY}-SF"),
        record="研判风险，明确分工：村里稳控，司法所出具法律意见，中心主持调解。",
    )
    s.begin(m)
    yield from s.sessions(m, m.rng.choice((2, 3)))
    m.do("sponsor_report", leader, report="双方已接受方案，拟签订书面协议。")
    s.agree_in_writing(m, owed=2)
    yield m.days(4, 6)
    s.visited(m)
    yield from s.wound_up(m)


def danger_to_township(m: DisputeMatter) -> Path:
    """激化危险: reported at once, and past the village to the township."""
    m.severity = Severity.MAJOR
    m.report(Channel.PATROL)
    yield m.hours(0.2, 0.6)
    reporter = m.one(m.grid, R.REPORTER)
    m.do(
        "report_danger",
        reporter,
        rule="danger_to_life",
        facts="一方持锄头堵门，扬言动手，已被劝开。",
        police_told=True,
    )
    yield m.hours(0.3, 1.5)
    head = m.head(m.village)
    m.do("skip_level", head, unit=m.centre, rule="danger_to_life", told=(m.village,))
    m.do(
        "report_urgent",
        head,
        to=(m.township, COUNTY_CENTRE),
        content="双方冲突有激化风险，已报警并派人值守。",
    )
    m.do("take_measure", reporter, measure="将双方分开安置，村干部轮流值守。")
    yield m.hours(1, 4)
    m.do("accept", m.one(m.centre, R.INTAKE), within_scope=True)
    yield from s.mediated(m, 2)


def danger_to_county(m: DisputeMatter) -> Path:
    """A crowd may gather: from the village straight to the county, with the urgent report in time or not."""
    m.category = m.rng.choice(s.GRAVE)
    yield from s.to_village(m)
    yield m.days(1, 3)
    m.do("raise_severity", m.head(), "参与人数增多。", severity=Severity.SERIOUS)
    m.severity = Severity.SERIOUS
    s.plan(m)
    m.do(
        "report_danger",
        m.one(m.committee, R.MEDIATOR),
        rule="mass_incident",
        facts="双方亲属三十余人聚集，有围堵道路倾向。",
        police_told=True,
    )
    yield m.hours(0.5, 2.6)
    head = m.head()
    m.do("skip_level", head, unit=COUNTY_CENTRE, rule="mass_incident", told=(m.township,))
    m.do("report_urgent", head, to=(m.township, COUNTY), content="聚集人员已劝返大部，现场有民警值守。")
    yield m.hours(1, 5)
    m.do("accept", m.one(COUNTY_CENTRE, R.INTAKE), within_scope=True)
    leader = m.one(COUNTY, R.SPONSOR)
    m.do("sponsor", m.one(COUNTY, R.SUPERVISOR), leader=leader.user, aim="尽快平息事态，依法公平处理")
    yield from s.mediated(m, 2, owed=2)


def worse_then_better(m: DisputeMatter) -> Path:
    """The severity goes up, then the township lowers it; the peak stays."""
    yield from s.to_village(m)
    yield m.days(1, 3)
    m.do("raise_severity", m.one(m.committee, R.MEDIATOR), "双方言语威胁升级。", severity=Severity.SERIOUS)
    m.severity = Severity.SERIOUS
    yield from s.opened(m)
    yield from s.sessions(m, 1, works=False)
    m.do("lower_severity", m.upper_head(), "经疏导双方情绪平稳，下调等级。", severity=Severity.MAJOR)
    yield from s.concluded(m, 1)
