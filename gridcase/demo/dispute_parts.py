"""Parts that stories of disputes are put together from: taken on, mediated, agreed, kept, visited, sent up.

A part does what it says for certain; what happens by chance is decided by the story. Who works on it: disputes.py.
"""

from __future__ import annotations

from datetime import timedelta

from domain.dispute import Form, Obligation
from domain.terms import Category, Channel, Ground, Level, Role, Severity
from gridcase.demo import wording as w
from gridcase.demo.casework import Path
from gridcase.demo.disputes import DisputeMatter
from gridcase.demo.district import COUNTY_CENTRE

R = Role

UP = {  # where a case goes from a level ("": the township's centre), and what is mostly said of the work done there
    Level.VILLAGE: ("", "村里已上门做工作两次，当事人要求由乡镇调解。"),
    Level.TOWNSHIP: (COUNTY_CENTRE, "乡镇已组织双方面谈，涉及县级部门职责，提请县中心协调。"),
}
GRAVE = (
    Category.LAND,
    Category.HOMESTEAD,
    Category.LABOUR,
    Category.DAMAGES,
    Category.MEDICAL,
    Category.ENVIRONMENT,
)


def accepted(m: DisputeMatter) -> Path:
    """受理: mostly the same or the next day."""
    slow = m.rng.random()
    yield m.workdays(2, 4) if slow < 0.06 else m.workdays(0, 1)
    post = R.INTAKE if m.case.level != Level.VILLAGE else R.MEDIATOR
    m.do("accept", m.one(m.case.holder, post), within_scope=True)


def to_village(m: DisputeMatter, *, channel: Channel | None = None) -> Path:
    """Reported, offered to the village's committee, and accepted there; or the committee takes it at once."""
    m.report(channel)
    if m.rng.random() < 0.2:
        yield m.workdays(0, 1)
        m.do("accept", m.one(m.committee, R.MEDIATOR), within_scope=True)
        return
    yield m.days(0, 1)
    m.do("offer", m.one(m.grid, R.REPORTER), unit=m.committee)
    yield from accepted(m)


def settle(m: DisputeMatter) -> None:
    """就地化解 by the grid worker."""
    m.do("settle", m.one(m.grid, R.REPORTER), terms=m.about.terms, agreed_by=m.parties, fulfilled=True)


def climb(m: DisputeMatter, level: Level, ground: Ground = Ground.PARTY_REQUEST) -> Path:
    """Up to acceptance at a level, one step at a time."""
    if m.state == "":
        yield from to_village(m)
    while m.case.level < level:
        yield m.workdays(0, 2)
        yield from go_up(m, ground)


def go_up(m: DisputeMatter, ground: Ground, tried: str = "") -> Path:
    """逐级上报 and acceptance above."""
    if m.severity is Severity.SERIOUS and m.case.plan is None:
        plan(m)
    unit, done = UP[m.case.level]
    m.do("refer_up", m.head(), unit=unit or m.centre, ground=ground, tried=tried or done)
    yield from accepted(m)


def plan(m: DisputeMatter) -> None:
    """三定一包."""
    m.do(
        "set_plan",
        m.head(),
        leader=m.head(m.township).user,
        person=m.rng.choice(m.mediators()).user,
        term=m.work.clock.day + timedelta(days=m.rng.randint(20, 40)),
        guarantee="包调处到底、包稳控、包回访",
    )


def opened(m: DisputeMatter) -> Path:
    """Mediators, rights, consents, and mediation is open."""
    if m.severity is Severity.SERIOUS and m.case.plan is None:
        yield m.workdays(0, 1)
        plan(m)
    yield m.workdays(0, 1)
    assign(m)
    yield m.workdays(0, 2)
    begin(m)


def assign(m: DisputeMatter) -> None:
    first, *others = m.rng.sample(m.mediators(), 2)
    helpers = tuple(one.user for one in others) if m.rng.random() < 0.4 else ()
    m.do("assign_mediator", m.head(), chair=first.user, mediators=helpers)


def begin(m: DisputeMatter) -> None:
    chair = m.chair
    m.do("explain_rights", chair, told=m.parties)
    for subject in m.parties:
        m.do("consent", m.citizen(subject, chair) if m.rng.random() < 0.3 else chair, party=subject)
    m.do("open_mediation", chair, in_public=m.rng.random() < 0.1)


def sessions(m: DisputeMatter, count: int, *, works: bool = True) -> Path:
    """调解会: `count` of them; the last one works, or not."""
    for n in range(count):
        slow = m.rng.random()
        yield m.workdays(6, 8) if slow < 0.05 else m.workdays(1, 3)
        if slow > 0.85:
            m.do("note_progress", m.chair, text=m.rng.choice(w.PROGRESS))
            yield m.workdays(0, 2)
        last = n == count - 1
        record = m.rng.choice(
            w.LAST_SESSIONS if last and works else w.FIRST_SESSIONS if n == 0 else w.NEXT_SESSIONS
        )
        result = "达成一致" if last and works else "未达成一致"
        m.do(
            "hold_session",
            m.chair,
            place=m.rng.choice(w.PLACES),
            attended=(m.case.chair, *m.parties),
            record=record,
            result=result,
        )


def agree_at_once(m: DisputeMatter) -> None:
    """口头协议, done on the spot."""
    m.do(
        "agree",
        m.chair,
        form=Form.ORAL,
        effective_on=m.work.clock.day,
        facts=m.about.facts,
        terms=m.about.terms,
        obligations=(Obligation(m.parties[0], m.about.owed, fulfilled=True),),
    )


def agree_in_writing(m: DisputeMatter, *, days: int = 0, owed: int = 1) -> None:
    """书面协议: with its obligations and their days."""
    due = [m.work.clock.day + timedelta(days=(days or m.rng.randint(3, 18)) + 7 * n) for n in range(owed)]
    m.do(
        "agree",
        m.chair,
        form=Form.WRITTEN,
        effective_on=m.work.clock.day,
        facts=m.about.facts,
        terms=m.about.terms,
        obligations=tuple(Obligation(m.parties[n % 2], m.about.owed, day) for n, day in enumerate(due)),
        signed_by=m.parties,
        mediator_signed=True,
        sealed=True,
        written_asked=m.rng.random() < 0.5,
    )


def fulfilled(m: DisputeMatter, *, late: bool = False) -> Path:
    """Each obligation, on time mostly."""
    for n, status in sorted(m.case.owed.items()):
        if status == "fulfilled":
            continue
        due = m.case.agreement.obligations[n - 1].due
        left = max((due - m.work.clock.day).days, 0)
        if late:
            yield m.days(left + 2, left + 4)
            m.do("breach", m.chair, number=n, facts="约定期限已过，义务方称资金周转困难，尚未履行。")
            yield m.days(1, 2)
            m.do("urge", m.chair, number=n, how="上门督促，说明协议的法律效力。")
            yield m.days(3, 8)
        elif left:
            yield m.days(max(left - 3, 0), left)
        m.do("fulfil", m.chair, number=n, proof=m.rng.choice(w.PROOFS))


def visited(m: DisputeMatter) -> None:
    """回访: by somebody of the unit who is not the chair."""
    visitor = m.rng.choice([*(one for one in m.mediators() if one.user != m.case.chair), m.head()])
    answer = m.rng.choices(("yes", "unanswered", "no"), (88, 8, 4))[0]
    said = {
        "yes": "双方相处正常，对调解结果满意。",
        "no": "一方认为履行不够及时。",
        "unanswered": "上门两次未遇，电话未接。",
    }[answer]
    m.do("visit", visitor, visitor=visitor.user, satisfied=answer, answers=said)


def wound_up(m: DisputeMatter) -> Path:
    """After the agreement: fulfilment, first visit, resolved, second visit, archive."""
    yield from fulfilled(m)
    if not m.case.visits:
        yield m.days(1, 4)
        visited(m)
    yield m.workdays(0, 2)
    m.do("resolve", m.head(), evidence="协议义务全部履行，当事人签字确认。")
    yield from second_visit_and_file(m)


def concluded(m: DisputeMatter, count: int, *, owed: int = 1) -> Path:
    """So many more sessions, then a written agreement and all that follows; mostly with a visit in the first week."""
    yield from sessions(m, count)
    agree_in_writing(m, owed=owed)
    if m.rng.random() < 0.92:
        yield m.days(4, 6)
        visited(m)
    yield from wound_up(m)


def mediated(m: DisputeMatter, count: int, *, owed: int = 1) -> Path:
    """From acceptance to the archive."""
    yield from opened(m)
    yield from concluded(m, count, owed=owed)


def second_visit_and_file(m: DisputeMatter) -> Path:
    if m.rng.random() < 0.9:
        agreed = m.case.agreement.effective_on
        left = max((agreed + timedelta(days=24) - m.work.clock.day).days, 1)
        yield m.days(left, left + 5)
        visited(m)
    yield m.workdays(1, 6)
    archive(m)


def archive(m: DisputeMatter) -> None:
    m.do("archive", m.rng.choice(m.mediators()), index="登记表、权利义务告知书、调解记录、协议书、回访记录")


def failed(m: DisputeMatter) -> None:
    """终止调解: proposed by the mediator, decided by the head; the other ways are told."""
    m.do(
        "terminate",
        m.head(),
        ground="分歧过大，多次调解未能达成一致。",
        ways_told=w.WAYS,
        proposed_by=m.case.chair,
    )
