"""A letter before it is issued, and again after: a preview reads nobody; a copy is what was issued, or there is none."""

from __future__ import annotations

import hashlib

import pytest

from domain.case import case_id
from domain.errors import Invalid, NotFound, NotYourTurn, Refused
from domain.letter import LetterIssued
from domain.record import IdentityRevealed
from eventlog.identity import Identity
from tests.support.correspondence import AUDITOR, CLERK, HEAD, MEDIATOR, SECRETS, WANG, Office, text_of
from tests.support.township import at


def test_a_preview_shows_placeholders_records_nothing_and_takes_no_number(any_office: Office) -> None:
    office = any_office
    code = office.mediating()
    head = office.log.head()
    draft = office.terms() | {"terms": "王五与张 三各退一步，联系１３８-0000-0001。"}
    asked = {"kind": "agreement", "draft": draft}
    text = text_of(office.desk.pdf(office.service.case(code), asked, at(3, 6)))
    assert "预览稿" in text and "当事人甲" in text and "当事人乙" in text and "（证件号码）" in text
    assert [secret for secret in SECRETS if secret in text] == []
    assert "〔〕第号" in text and "核验码" not in text
    assert office.log.head() == head
    pages = office.desk.pictures(office.service.case(code), asked, at(3, 6))
    assert [page[:8] for page in pages] == [b"\x89PNG\r\n\x1a\n"] * 2


def test_a_preview_is_refused_as_the_letter_would_be(office: Office) -> None:
    case = office.service.case(office.registered())
    with pytest.raises(Refused) as refused:
        office.desk.pdf(case, {"kind": "opinion"}, at(3, 6))
    assert refused.value.guard == "letter_ready"
    with pytest.raises(Invalid) as invalid:
        office.desk.pdf(case, {"kind": "refusal", "draft": {"ground": "bad luck"}}, at(3, 6))
    assert {one.field for one in invalid.value.every} >= {"draft.ground", "draft.legal_basis"}


def test_no_term_is_extended_that_a_case_does_not_have(office: Office) -> None:
    case = office.service.case(office.accepted())
    del case.clocks["P-HANDLE"]  # as in a history that was brought in
    with pytest.raises(Invalid) as invalid:
        office.desk.pdf(case, {"kind": "extension", "draft": {"days": 30, "reasons": "调取档案"}}, at(3, 20))
    assert [one.field for one in invalid.value.every] == ["draft.days"]


def test_a_copy_has_the_digest_that_was_recorded_whatever_happened_since(any_office: Office) -> None:
    office = any_office
    code = office.answered()
    office.do("issue_letter", code, at(4, 21), CLERK, kind="opinion")
    facts = {
        "field": "title",
        "old": office.service.case(code).title,
        "new": "别的标题",
        "evidence": "…",
        "approved_by": "x",
    }
    office.do("correct", code, at(4, 22), HEAD, **facts)
    office.do("deliver", code, at(4, 23), CLERK, method="直接", received_on="2026-04-22", proof="回证")
    copy = office.desk.copy(code, 1, CLERK, "归档")
    issued = next(
        one.event for one in office.log.history(case_id(code)) if isinstance(one.event, LetterIssued)
    )
    assert copy.identical and hashlib.sha256(copy.content).hexdigest() == issued.digest
    assert copy.name == "信访事项处理意见书〔2026〕第1号.pdf" and "王五反映征地补偿款未发放" in text_of(
        copy.content
    )
    found = office.desk.with_digest(issued.digest)
    assert found is not None and found.event.serial == 1 and office.desk.with_digest("0" * 64) is None


def test_having_a_letter_again_is_a_recorded_reading_or_refused(office: Office) -> None:
    code = office.registered()
    office.do("issue_letter", code, at(3, 2), CLERK, kind="receipt")
    before = office.service.case(code).version
    office.desk.copy(code, 1, CLERK, "当事人遗失")
    (reading,) = (one.event for one in office.log.history(case_id(code), before))
    assert isinstance(reading, IdentityRevealed) and reading.subject == "S-1"
    assert reading.purpose == "调阅信访事项登记回执〔2026〕第1号：当事人遗失"
    with pytest.raises(NotYourTurn):
        office.desk.copy(code, 1, AUDITOR, "审计")
    with pytest.raises(Invalid):
        office.desk.copy(code, 1, CLERK, " ")
    with pytest.raises(NotFound):
        office.desk.copy(code, 2, CLERK, "归档")


def test_other_fonts_or_another_typst_set_the_same_words_and_say_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = office.registered()
    office.do("issue_letter", code, at(3, 2), CLERK, kind="receipt")
    setter = office.desk.press.typesetter
    monkeypatch.setitem(setter.__dict__, "faces", dict.fromkeys(setter.faces, setter.faces["hei"]))
    copy = office.desk.copy(code, 1, CLERK, "归档")
    assert not copy.identical and "王五：" in text_of(copy.content)


def test_an_official_of_another_name_has_not_changed_what_was_written(office: Office) -> None:
    code = office.mediating()
    office.do("issue_letter", code, at(3, 5), MEDIATOR, kind="record")
    office.log.subjects.put(Identity("official:li", "person", "李明远"))
    copy = office.desk.copy(code, 1, MEDIATOR, "归档")
    assert not copy.identical and "调解人员李明远" in text_of(copy.content)


def test_after_a_correction_of_the_person_it_is_not_given_out_as_what_was_issued(office: Office) -> None:
    code = office.registered()
    office.do("issue_letter", code, at(3, 2), CLERK, kind="receipt")
    office.log.subjects.put(Identity("S-1", "person", "王伍", WANG.id_number, WANG.phone, WANG.address))
    head = office.log.head()
    with pytest.raises(NotFound, match="corrected since"):
        office.desk.copy(code, 1, CLERK, "归档")
    assert office.log.head() == head


def test_after_erasing_the_person_it_can_never_be_made_again(any_office: Office) -> None:
    code = any_office.registered()
    any_office.do("issue_letter", code, at(3, 2), CLERK, kind="receipt")
    any_office.log.subjects.empty("S-1", at(3, 3))
    with pytest.raises(NotFound, match="erased"):
        any_office.desk.copy(code, 1, CLERK, "归档")
    with pytest.raises(Invalid) as invalid:
        any_office.do("issue_letter", code, at(3, 4), CLERK, kind="receipt")
    assert invalid.value.field == "addressee"
