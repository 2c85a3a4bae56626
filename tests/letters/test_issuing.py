"""Who may issue a letter, of what, and what is recorded: one number after another, every reading, never a name."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from domain.case import case_id
from domain.errors import Invalid, NotYourTurn, Refused, VersionConflict
from domain.letter import LetterIssued, LetterKind, book_id
from domain.record import IdentityRevealed
from eventlog.log import open_log
from tests.support.correspondence import (
    AUDITOR,
    CLERK,
    HANDLER,
    HEAD,
    MEDIATOR,
    OTHER_HEAD,
    REPORTER,
    REVIEWER,
    SECRETS,
    VILLAGE_HEAD,
    WANG,
    ZHANG,
    Office,
)
from tests.support.keys import KEYS
from tests.support.township import at
from workflows.command import Command
from workflows.dispute import DISPUTE
from workflows.letters import LETTERS, possible
from workflows.petition import PETITION
from workflows.service import Service

DRAFT = {"days": 30, "reasons": "须调取档案。"}


def ready_for(office: Office, code: str) -> dict[str, str]:
    return {str(letter.kind): how for letter, how in possible(office.service.case(code))}


def test_a_letter_may_be_made_before_its_decision_counts_and_after_but_not_at_any_time(
    office: Office,
) -> None:
    code = office.registered()
    assert ready_for(office, code) == {"receipt": "told", "acceptance": "drafted", "refusal": "drafted"}
    code = office.accepted()
    assert ready_for(office, code) == {"receipt": "told", "acceptance": "told", "extension": "drafted"}
    office.do("extend", code, at(4, 1), HEAD, days=30, reasons="情况复杂", notice="送达回证")
    office.issue(code, "extension", at(4, 1))
    assert ready_for(office, code)["extension"] == "told" and ready_for(office, code)["delivery"] == "told"
    code = office.mediating()
    assert ready_for(office, code) == {"record": "told", "agreement": "drafted", "termination": "drafted"}
    signed: dict[str, Any] = {"signed_by": ["S-1", "S-2"], "mediator_signed": True, "sealed": True}
    office.do(
        "agree",
        code,
        at(3, 6),
        MEDIATOR,
        form="written",
        effective_on="2026-03-06",
        **office.terms(),
        **signed,
    )
    assert ready_for(office, code) == {"record": "told", "agreement": "told"}


def test_the_states_in_which_a_letter_may_be_drafted_are_those_its_decision_leads_on_from() -> None:
    for letter in LETTERS.values():
        table = PETITION if letter.case_type == "petition" else DISPUTE
        leads_on = set(table.rows.get(letter.trigger, {}))
        assert {state for state in table.states if letter.fits(state)} == leads_on, letter.kind
        assert set(letter.drafts) <= set(table.asks.get(letter.trigger, {})), letter.kind


def test_after_a_review_the_reviewer_cannot_issue_what_the_town_decided(office: Office) -> None:
    code = office.answered()
    receipt = {"method": "直接送达", "received_on": "2026-04-21", "proof": "送达回证"}
    office.do("deliver", code, at(4, 21), CLERK, **receipt)
    office.do("request_review", code, at(4, 22), CLERK, party="S-1", unit="C", request="请求复查")
    with pytest.raises(NotYourTurn):
        office.issue(code, "opinion", at(4, 23), HANDLER)
    with pytest.raises(Refused) as refused:
        office.issue(code, "opinion", at(4, 23), REVIEWER)
    assert refused.value.guard == "some_letter"


@pytest.mark.parametrize("actor", [OTHER_HEAD, AUDITOR, REPORTER, MEDIATOR], ids=lambda actor: actor.user)
def test_only_posts_of_the_holder_that_may_read_who_people_are_issue_letters(
    office: Office, actor: Any
) -> None:
    code = office.registered()
    with pytest.raises(NotYourTurn):
        office.issue(code, "receipt", at(3, 2), actor)
    assert office.service.case(code).letters == []


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no such decision yet": ({"kind": "opinion"}, "letter_ready"),
    "not of this type of case": (
        {"kind": "agreement", "draft": {"facts": "…", "terms": "…"}},
        "letter_ready",
    ),
    "not a party": ({"kind": "receipt", "addressee": "S-9"}, "addressee_fits"),
    "a proof of delivery of nothing": ({"kind": "delivery", "letter": 1}, "letter_ready"),
    "a letter that goes with none": ({"kind": "receipt", "letter": 1}, "accompanied_named"),
    "a session of a letter": ({"kind": "receipt", "session": 1}, "session_named"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_letter_that_does_not_fit_is_refused_by_a_named_condition(office: Office, why: str) -> None:
    facts, guard = REFUSED[why]
    code = office.registered()
    with pytest.raises(Refused) as refused:
        office.do("issue_letter", code, at(3, 3), CLERK, **facts)
    assert refused.value.guard == guard


UNSOUND: dict[str, tuple[dict[str, Any], str]] = {
    "missing": ({"days": 30}, "draft.reasons"),
    "empty": ({"days": 30, "reasons": " "}, "draft.reasons"),
    "too long": (DRAFT | {"days": 31}, "draft.days"),
    "no number": (DRAFT | {"days": "viele"}, "draft.days"),
    "not asked for": (DRAFT | {"notice": "…"}, "draft.notice"),
}


@pytest.mark.parametrize("why", UNSOUND)
def test_a_draft_with_which_no_decision_could_be_made_is_told_by_field(office: Office, why: str) -> None:
    draft, field = UNSOUND[why]
    code = office.accepted()
    with pytest.raises(Invalid) as invalid:
        office.issue(code, "extension", at(4, 25), draft=draft)
    assert invalid.value.field == field and invalid.value.remedy_zh and invalid.value.remedy
    assert office.service.case(code).letters == []


def test_a_second_extension_cannot_be_announced(office: Office) -> None:
    code = office.accepted()
    office.do("extend", code, at(4, 1), HEAD, days=20, reasons="情况复杂", notice="送达回证")
    with pytest.raises(Invalid, match="draft"):  # told of the one on record, it takes no draft
        office.issue(code, "extension", at(4, 25), draft=DRAFT)


def test_a_petition_that_is_not_classified_yet_is_not_announced_as_accepted(office: Office) -> None:
    told = {"origin": "T", "channel": "letter", "title": "来信", "by_office": False, "record": "来信一封"}
    code = office.do("receive", "", at(3, 2), CLERK, type="petition", people=(WANG,), **told).case
    people = [{"subject": "S-1", "part": "petitioner"}]
    office.do("register", code, at(3, 2), CLERK, receipt="1号", petitioners=people, request="…", facts="…")
    with pytest.raises(Invalid) as invalid:
        office.issue(code, "acceptance", at(3, 3))
    assert invalid.value.field == "kind" and "first petition" in invalid.value.remedy


def test_somebody_of_whom_nothing_is_known_gets_no_letter(office: Office) -> None:
    code = office.registered(petitioners=[{"subject": "S-7", "part": "petitioner"}])
    with pytest.raises(Invalid) as invalid:
        office.issue(code, "receipt", at(3, 2))
    assert (invalid.value.field, invalid.value.value) == ("addressee", "S-7")


def test_with_several_petitioners_one_is_named(office: Office) -> None:
    both = [{"subject": "S-1", "part": "petitioner"}, {"subject": "S-2", "part": "petitioner"}]
    code = office.registered(by=(WANG, ZHANG), petitioners=both)
    with pytest.raises(Refused) as refused:
        office.issue(code, "receipt", at(3, 2))
    assert refused.value.guard == "addressee_fits"
    assert office.issue(code, "receipt", at(3, 2), addressee="S-2").startswith(
        "澄禾县锦塘埠镇人民政府〔2026〕第1号信访事项登记回执张三："
    )
    assert "受送达人张三" in office.issue(code, "delivery", at(3, 2), letter=1)


# What is recorded.


def test_issuing_records_every_reading_then_the_letter_and_no_name(any_office: Office) -> None:
    office = any_office
    code = office.mediating()
    before = office.service.case(code).version
    office.do("issue_letter", code, at(3, 6), MEDIATOR, kind="agreement", draft=office.terms())
    *readings, issued = (one.event for one in office.log.history(case_id(code), before))
    assert [(type(one), one.subject) for one in readings] == [
        (IdentityRevealed, "S-1"),
        (IdentityRevealed, "S-2"),
    ]
    assert {one.purpose for one in readings} == {"制作人民调解协议书〔2026〕第1号"}
    assert isinstance(issued, LetterIssued) and issued.kind is LetterKind.AGREEMENT
    assert (issued.issuer, issued.year, issued.serial, issued.template) == ("VM", 2026, 1, "agreement-1")
    assert len(issued.digest) == len(issued.wording) == 64 and issued.maker.startswith("typst ")
    assert issued.draft["obligations"][0] == {"who": "S-2", "what": "恢复原界石", "due": "2026-03-20"}
    kept = b"\n".join(row[5] for row in office.log.recorder.rows_after(0, 10_000))
    assert [secret for secret in SECRETS if secret.encode() in kept] == []


def test_the_digest_tells_nobody_a_name_who_has_not_the_key(office: Office) -> None:
    """Somebody who has the log alone, and guesses the name, cannot try it: the check code on the paper is not in it."""
    code = office.registered()
    text = office.issue(code, "receipt", at(3, 2))
    event, told = office.desk.office.issued(office.service.case(code), 1)
    check = office.desk.press.check_code(told)
    assert len(check) == 19 and check not in str(vars(event)) and check not in text
    content, made = office.desk.press.printed(told)
    office.desk.press.check_code = lambda told: "0000-0000-0000-0000"  # type: ignore[method-assign]
    guessed, _ = office.desk.press.printed(told)
    assert made.digest == event.digest and content != guessed


def test_the_same_key_issues_once(any_office: Office) -> None:
    code = any_office.registered()
    first = any_office.do("issue_letter", code, at(3, 2), CLERK, kind="receipt", key="k-1")
    again = any_office.do("issue_letter", code, at(3, 2), CLERK, kind="receipt", key="k-1")
    assert (again.version, again.repeated) == (first.version, True)
    assert [one.serial for one in any_office.service.case(code).letters] == [1]


def test_a_stale_version_issues_nothing_and_takes_no_number(office: Office) -> None:
    code = office.registered()
    with pytest.raises(VersionConflict):
        office.do("issue_letter", code, at(3, 2), CLERK, kind="receipt", expected=1)
    with pytest.raises(LookupError):
        office.log.load(book_id("T", 2026))


def test_a_service_without_a_press_says_so(office: Office) -> None:
    code = office.registered()
    with pytest.raises(Invalid, match="press"):
        Service(office.log, clock=office.now).do(Command("issue_letter", code, CLERK, {"kind": "receipt"}))


# Numbers.


def test_every_unit_and_year_begins_with_one(office: Office) -> None:
    petition, dispute = office.accepted(), office.mediating()
    office.issue(petition, "acceptance", at(3, 6))
    office.issue(dispute, "record", at(3, 6), MEDIATOR)
    office.issue(petition, "acceptance", at(3, 7))
    office.issue(dispute, "record", at(3, 7), VILLAGE_HEAD)
    office.issue(petition, "acceptance", at(1, 2, year=2027))
    numbers = [
        (one.issuer, one.number) for code in (petition, dispute) for one in office.service.case(code).letters
    ]
    assert numbers == [
        ("T", "〔2026〕第1号"),
        ("T", "〔2026〕第2号"),
        ("T", "〔2027〕第1号"),
        ("VM", "〔2026〕第1号"),
        ("VM", "〔2026〕第2号"),
    ]


def test_eight_people_at_once_in_two_processes_get_numbers_without_a_gap(
    any_office: Office, database_url: str
) -> None:
    """Two services over two connections stand for two processes: they share nothing but the database."""
    office = any_office
    codes = [office.accepted() for _ in range(8)]
    elsewhere = open_log(database_url, clock=office.now, keys=KEYS)
    other = Office.__new__(Office)
    other.log, other.now, other.service = elsewhere, office.now, Service(elsewhere, clock=office.now)
    other.desk = type(office.desk)(other.service)
    start = threading.Barrier(8)

    def issue(n: int) -> None:
        start.wait()
        for _ in range(3):
            (office, other)[n % 2].do("issue_letter", codes[n], at(3, 6), CLERK, kind="acceptance")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(issue, range(8)))
    taken = sorted(one.serial for code in codes for one in office.service.case(code).letters)
    assert taken == list(range(1, 25))
    assert office.log.load(book_id("T", 2026)).last == 24
    elsewhere.close()
