"""The page of letters: preview, issue, have the file; by client, as a browser without JavaScript does."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest
from pypdf import PdfReader

from api.examples import TOWNSHIP
from eventlog.identity import Identity
from tests.pages.test_case import filled
from tests.support.fonts import ready_typesetter
from tests.support.workbench import Workbench, form_in, text_of

WANG = Identity("S-2001", "person", "王五", phone="13800000009")


@pytest.fixture(scope="session", autouse=True)
def fonts() -> None:
    ready_typesetter()


@pytest.fixture
def code(bench: Workbench) -> str:
    """A petition that the town has accepted."""
    parties = [{"subject": "S-2001", "part": "petitioner"}]
    code = bench.do(
        "receive", "", "zhou.window", [WANG], "petition", origin=TOWNSHIP, channel="visit",
        title="王五反映征地补偿未发放", by_office=False, record="来访人王五称补偿未发放。", parties=parties,
    ).case  # fmt: skip
    told: Any = {
        "receipt": "镇访〔2026〕12号",
        "petitioners": parties,
        "request": "发放补偿",
        "facts": "未到账",
    }
    bench.do("register", code, "zhou.window", **told)
    bench.do("recognise_first", code, "zhou.window", searched="无")
    bench.do("classify", code, "zhou.window", petition_class="claim_other")
    accept: Any = {"competent": True, "handler": "wu.handler", "conflict_checked": True, "notice": "回执"}
    bench.do("accept", code, "zhou.window", **accept)
    return code


def written(answer: object) -> str:
    pages = PdfReader(io.BytesIO(answer.content)).pages  # type: ignore[attr-defined]
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_a_draft_is_looked_at_issued_and_had_as_a_file(bench: Workbench, code: str) -> None:
    path = f"/cases/{code}/letters/extension"
    with bench.client("wu.handler") as client:
        listed = text_of(client.get(f"/cases/{code}/letters"))
        assert "信访事项延长办理期限告知书" in listed and "须先告知或者签署的" in listed
        page = client.get(path)
        assert "data:image/png" not in page  # nothing to look at before the draft is filled in
        fields = filled(
            page, "extension", **{"facts.draft.days": "30", "facts.draft.reasons": "须调取王五的档案"}
        )
        looked = client.post(path, [*fields, ("do", "look")])
        assert looked.status_code == 200 and "data:image/png;base64," in looked.text
        assert form_in(looked.text, "extension").fields["facts.draft.reasons"].values == ["须调取王五的档案"]
        preview = client.post(path, [*fields, ("do", "pdf")])
        assert preview.headers["Content-Type"] == "application/pdf"
        assert "须调取信访人甲的档案" in written(preview) and "王五" not in written(preview)
        done = client.post(path, [*fields, ("do", "issue")])
        assert (done.status_code, done.headers["Location"]) == (
            303,
            f"/cases/{code}/letters?issued=1&done=letters%2Fextension",
        )
        again = client.post(path, [*fields, ("do", "issue")])  # the same key: issued once
        assert again.headers["Location"] == f"/cases/{code}/letters?issued=1&done=letters%2Fextension"
        after = client.get(done.headers["Location"])
        assert "已制发：信访事项延长办理期限告知书 〔2026〕第1号" in text_of(after) and "王五" not in after
        got = client.post(f"/cases/{code}/letters/1/copy", filled(after, "/1/copy"))
        assert got.headers["Content-Type"] == "application/pdf" and got.headers["Cache-Control"] == "no-store"
        assert got.headers["Content-Disposition"].startswith(
            "attachment; filename=letter.pdf; filename*=UTF-8''"
        )
        assert "王五：" in written(got) and "须调取王五的档案" in written(got)
        assert hashlib.sha256(got.content).hexdigest() == bench.service.case(code).letters[0].digest


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(bench: Workbench, code: str) -> None:
    path = f"/cases/{code}/letters/extension"
    with bench.client("wu.handler") as client:
        fields = filled(
            client.get(path), "extension", **{"facts.draft.days": "45", "facts.draft.reasons": "<b>档案</b>"}
        )
        for do in ("look", "pdf", "issue"):
            answer = client.post(path, [*fields, ("do", do)])
            assert answer.status_code == 422
            assert "最长延长期" in text_of(answer.text) or "延长" in text_of(answer.text)
            read = form_in(answer.text, "extension").fields
            assert read["facts.draft.days"].values == ["45"] and read["facts.draft.reasons"].values == [
                "<b>档案</b>"
            ]
            assert 'id="facts.draft.days-wrong"' in answer.text
    assert bench.service.case(code).letters == []


def test_a_letter_of_a_decision_on_record_is_shown_at_once(bench: Workbench, code: str) -> None:
    with bench.client("zhou.window") as client:
        page = client.get(f"/cases/{code}/letters/acceptance")
        assert page.count("data:image/png") >= 1 and "编号并制发" in page
        client.post(f"/cases/{code}/letters/acceptance", [*filled(page, "acceptance"), ("do", "issue")])
        page = client.get(f"/cases/{code}/letters/delivery?letter=1")
        assert page.count("data:image/png") == 1
        assert (
            client.post(
                f"/cases/{code}/letters/delivery", [*filled(page, "delivery"), ("do", "issue")]
            ).status_code
            == 303
        )
    assert [str(one.kind) for one in bench.service.case(code).letters] == ["acceptance", "delivery"]


def test_who_may_not_issue_may_look_and_gets_no_file(bench: Workbench, code: str) -> None:
    bench.do("issue_letter", code, "wu.handler", kind="acceptance")
    with bench.client("he.county") as client:
        page = client.get(f"/cases/{code}/letters/acceptance")
        assert "data:image/png" in page and "您可以预览，但现在不能制发" in text_of(page)
        assert '<button class="button" name="do" value="issue">' not in page
        refused = client.post(f"/cases/{code}/letters/1/copy", {"csrf": client.csrf, "purpose": "看一看"})
        assert refused.status_code == 403 and "不能取得这份文书" in refused.text
        blank = client.post(f"/cases/{code}/letters/1/copy", {"csrf": client.csrf, "purpose": " "})
        assert blank.status_code == 422 and "用途" in blank.text


def test_what_cannot_be_made_again_is_told_in_words(bench: Workbench, code: str) -> None:
    bench.do("issue_letter", code, "wu.handler", kind="acceptance")
    bench.service.log.subjects.put(Identity("S-2001", "person", "王伍"))
    with bench.client("wu.handler", lang="en") as client:
        gone = client.post(f"/cases/{code}/letters/1/copy", {"csrf": client.csrf, "purpose": "archive"})
        assert gone.status_code == 404 and "corrected since it was issued" in text_of(gone.text)


def test_letters_that_a_case_may_not_have_are_no_pages(bench: Workbench, code: str) -> None:
    with bench.client("wu.handler") as client:
        client.get(f"/cases/{code}/letters/agreement", 404)
        client.get(f"/cases/{code}/letters/nonsense", 404)
        assert (
            client.client.get(f"/cases/{code}/issue_letter").headers["Location"] == f"/cases/{code}/letters"
        )
