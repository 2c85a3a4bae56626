"""Letters over JSON: what may be issued, a preview without names, issuing, and a recorded copy."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from api.examples import HANDLER, REPORTER, WINDOW
from api.letters import typeset
from tests.api.conftest import AUDITOR, Web, body_of
from tests.support.correspondence import text_of
from tests.support.fonts import ready_typesetter

DRAFT = {"days": 30, "reasons": "须调取王五的档案。"}


@pytest.fixture(scope="session", autouse=True)
def fonts() -> None:
    ready_typesetter()


@pytest.fixture
def code(web: Web) -> str:
    """A petition that the town has accepted."""
    answer = web.send("POST", "/petitions/receive", body_of("petition_receive"))
    code: str = answer.json()["case"]
    for trigger in ("register", "recognise_first", "classify", "accept"):
        done = web.send("POST", f"/petitions/{code}/{trigger}", body_of(f"petition_{trigger}"))
        assert done.status_code == 200, done.text
    return code


def issue(web: Web, code: str, actor: dict[str, str] = HANDLER, **facts: Any) -> Any:
    return web.send("POST", f"/petitions/{code}/issue_letter", {"actor": actor, "facts": facts})


def test_a_letter_from_what_may_be_to_the_file(web: Web, code: str) -> None:
    may = web.get(f"/cases/{code}/letters")["possible"]
    extension = next(one for one in may if one["kind"] == "extension")
    assert extension["how"] == "drafted" and [fact["name"] for fact in extension["draft"]] == [
        "days",
        "reasons",
    ]
    preview = web.send("POST", f"/cases/{code}/letters/preview", {"kind": "extension", "draft": DRAFT})
    assert preview.headers["Content-Type"] == "application/pdf"
    assert "须调取信访人甲的档案" in text_of(preview.content) and "王五" not in text_of(preview.content)
    issued = issue(web, code, kind="extension", draft=DRAFT)
    assert issued.status_code == 200 and issued.json()["event"] == "case.letter_issued"
    (one,) = web.get(f"/cases/{code}/letters")["issued"]
    assert (one["number"], one["addressee"], one["issuer"]) == ("〔2026〕第1号", "S-2001", HANDLER["unit"])
    got = web.send("POST", f"/cases/{code}/letters/1/copy", {"actor": HANDLER, "purpose": "送达"})
    assert got.headers["Gridcase-Letter-Identical"] == "true" and got.headers["Cache-Control"] == "no-store"
    assert hashlib.sha256(got.content).hexdigest() == one["digest"] and "王五：" in text_of(got.content)
    told = web.get(f"/cases/{code}/history")["items"]
    assert [row["topic"] for row in told[-3:]] == [
        "case.identity_revealed",
        "case.letter_issued",
        "case.identity_revealed",
    ]
    assert "拟作决定的内容：天数=30, 理由=须调取信访人甲的档案" in told[-2]["sentence_zh"]
    assert one["digest"] not in told[-2]["sentence_zh"] and "王五" not in str(told)


def test_who_may_not_gets_no_letter(web: Web, code: str) -> None:
    assert issue(web, code, REPORTER, kind="acceptance").status_code in (403, 404)
    assert issue(web, code, kind="acceptance").status_code == 200
    refused = web.send("POST", f"/cases/{code}/letters/1/copy", {"actor": AUDITOR, "purpose": "审计"})
    assert refused.status_code == 403


WRONG = (
    ({"kind": "opinion"}, 409, "guard", "letter_ready"),
    ({"kind": "extension"}, 422, "field", "draft.days"),
    ({"kind": "extension", "draft": DRAFT | {"days": 45}}, 422, "field", "draft.days"),
    ({"kind": "extension", "draft": DRAFT | {"days": "\0"}}, 422, "field", "draft.days"),
    ({"kind": "extension", "draft": {"days": [[1]], "reasons": {}}}, 422, "field", "draft.days"),
    ({"kind": "acceptance", "draft": {"x": "y" * 30_000}}, 422, "field", "draft.x"),
    ({"kind": "moon"}, 422, "field", "kind"),
    ({"kind": "acceptance", "letter": -1}, 422, "field", "letter"),
    ({"kind": "acceptance", "addressee": "王五"}, 422, "field", "addressee"),
)


@pytest.mark.parametrize(("asked", "status", "member", "value"), WRONG)
def test_what_is_wrong_with_a_preview_is_told(
    web: Web, code: str, asked: Any, status: int, member: str, value: str
) -> None:
    answer = web.send("POST", f"/cases/{code}/letters/preview", asked)
    assert (answer.status_code, answer.json()[member]) == (status, value), answer.text


def test_a_case_outside_of_the_scope_has_no_letters(web: Web, code: str) -> None:
    """A grid worker of the village sees nothing of the town's petitions."""
    assert issue(web, code, kind="acceptance").status_code == 200
    for method, path, body in (
        ("GET", "letters", None),
        ("POST", "letters/preview", {"kind": "acceptance"}),
        ("POST", "letters/1/copy", {"purpose": "看一看"}),
    ):
        answer = web.send(method, f"/cases/{code}/{path}", body, **web.people.bearer(REPORTER))
        assert answer.status_code == 404, (path, answer.text)


def test_what_is_not_there_is_not_found(web: Web, code: str) -> None:
    assert (
        web.send("POST", f"/cases/{code}/letters/1/copy", {"actor": WINDOW, "purpose": "x"}).status_code
        == 404
    )
    assert web.client.get("/api/v1/cases/P-0/letters").status_code == 404


def test_a_server_without_fonts_says_that_it_is_its_own_fault(
    web: Web, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(self: object) -> dict[str, list[str]]:
        raise typeset.FontsMissing(None)

    monkeypatch.setattr(typeset.Typesetter, "faces", property(none))
    answer = web.send("POST", f"/cases/{code}/letters/preview", {"kind": "acceptance"})
    assert answer.status_code == 503 and "fonts-noto-cjk" in answer.json()["remedy"]
