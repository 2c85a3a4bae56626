"""The page of a case and the forms of its steps, as people use them: by client, without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from api.examples import GRID, VILLAGE
from eventlog.identity import Identity
from tests.support.township import Now
from tests.support.workbench import Workbench, form_in, text_of

CHINESE = re.compile(r"[\u3400-\u9fff]+")
EVIL = "<script>alert('甲')</script>\"><img src=x onerror=alert(1)>"
PEOPLE = [Identity("S-1001", "person", "张三", phone="13800000001"), Identity("S-1002", "person", "李四")]


@pytest.fixture
def code(bench: Workbench, now: Now) -> str:
    """A dispute that the village mediates."""
    code = bench.do(
        "report", "", "chen.reporter", PEOPLE, "dispute", origin=GRID, channel="visit", category="neighbour",
        title="张三与李四因宅基地边界起争执", summary="张三称李四越界。",
        parties=[{"subject": "S-1001"}, {"subject": "S-1002"}],
    ).case  # fmt: skip
    now.instant += timedelta(hours=1)
    bench.do("offer", code, "chen.reporter", unit=VILLAGE)
    bench.do("accept", code, "li.mediator", within_scope=True)
    bench.do("assign_mediator", code, "wang.head", chair="li.mediator")
    return code


def filled(page: str, action: str, **facts: str) -> list[tuple[str, str]]:
    """What a browser sends when these facts are typed into the form of a page."""
    fields = {name: list(f.values) for name, f in form_in(page, action).fields.items()}
    fields |= {(name if name in fields else f"facts.{name}"): [value] for name, value in facts.items()}
    return [(name, value) for name, values in fields.items() for value in values]


def test_a_case_tells_what_where_who_when_and_what_now(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator") as client:
        text = text_of(client.get(f"/cases/{code}"))
    for said in (
        "当事人甲与当事人乙因宅基地边界起争执",
        "村级调解·已受理",
        "现由白沙村办理，主持调解员 李和",
        "告知权利义务",
        "持续办理 期限内",
        "这一天是怎么算出来的",
        "指定调解员",
        "白沙村 单位负责人 王立新",
        "开始调解",  # cannot be done yet
    ):
        assert said in text
    assert "张三" not in text and "138" not in text


def test_a_step_is_a_form_and_its_end_is_the_case_again(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator") as client:
        page = client.get(f"/cases/{code}/explain_rights")
        fields = [*filled(page, "explain_rights"), ("facts.told", "S-1001"), ("facts.told", "S-1002")]
        answer = client.post(f"/cases/{code}/explain_rights", fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{code}?done=explain_rights")
        after = text_of(client.get(answer.headers["Location"]))
        assert "已办理：告知权利义务" in after and "已告知： 当事人甲、当事人乙" not in after
        again = client.post(f"/cases/{code}/explain_rights", fields)  # the same key: done once
        assert again.status_code == 303
    assert bench.service.case(code).version == 5


def test_what_is_missing_stands_beside_its_field_and_on_top(bench: Workbench, code: str) -> None:
    with bench.client("wang.head") as client:
        page = client.get(f"/cases/{code}/set_plan")
        answer = client.post(f"/cases/{code}/set_plan", filled(page, "set_plan", guarantee="每周走访"))
        assert answer.status_code == 422
        assert '<a href="#facts.leader">责任领导：此项必填，请填写。</a>' in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert form_in(answer.text, "set_plan").fields["facts.guarantee"].values == ["每周走访"]


def test_a_refusal_says_why_and_what_can_be_done(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator", "en") as client:
        page = client.get(f"/cases/{code}/explain_rights")
        fields = [*filled(page, "explain_rights"), ("facts.told", "S-1001")]
        answer = client.post(f"/cases/{code}/explain_rights", fields)
        assert answer.status_code == 409
        text = text_of(answer.text)
        assert "This cannot be done now" in text and "What can be done now" in text
        assert form_in(answer.text, "explain_rights").fields["facts.told"].values == ["S-1001"]


def test_whoever_comes_second_sees_what_changed_and_loses_nothing(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator") as client:
        page = client.get(f"/cases/{code}/note_progress")
        said = "已约双方周五见面。\n地点另行通知。"
        bench.do("raise_severity", code, "wang.head", severity="major")
        answer = client.post(f"/cases/{code}/note_progress", filled(page, "note_progress", text=said))
        assert answer.status_code == 412
        assert "提高严重程度" in text_of(answer.text) and "按最新情况提交" in answer.text
        form = form_in(answer.text, "note_progress")
        assert form.fields["facts.text"].values == [said]
        assert form.fields["version"].values == [str(bench.service.case(code).version)]
        assert (
            client.post(f"/cases/{code}/note_progress", filled(answer.text, "note_progress")).status_code
            == 303
        )
    assert bench.service.case(code).version == 6


def test_a_page_that_is_out_of_date_keeps_what_was_typed(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator") as client:
        page = client.get(f"/cases/{code}/note_progress")
        fields = [(n, "old" if n == "csrf" else v) for n, v in filled(page, "note_progress", text="周五见面")]
        answer = client.post(f"/cases/{code}/note_progress", fields)
        assert answer.status_code == 403
        kept = form_in(answer.text, f"/cases/{code}/note_progress")
        assert kept.fields["facts.text"].values == ["周五见面"]
        assert (
            client.post(f"/cases/{code}/note_progress", filled(answer.text, "note_progress")).status_code
            == 303
        )


def test_whoever_was_signed_out_keeps_what_was_typed(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator") as client:
        fields = filled(client.get(f"/cases/{code}/note_progress"), "note_progress", text="周五见面")
    with bench.client() as stranger:
        answer = stranger.post(f"/cases/{code}/note_progress", fields)
        assert answer.status_code == 401 and "周五见面" in answer.text
        assert stranger.client.get(f"/cases/{code}").headers["Location"] == f"/sign-in?next=/cases/{code}"


def test_a_name_is_shown_once_after_the_look_was_recorded(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator") as client:
        page = client.get(f"/cases/{code}/reveal")
        without = client.post(f"/cases/{code}/reveal", filled(page, "reveal", subject="S-1001"))
        assert without.status_code == 422 and "张三" not in without.text
        fields = filled(page, "reveal", subject="S-1001", purpose="电话联系调解时间")
        shown = client.post(f"/cases/{code}/reveal", fields)
        assert shown.status_code == 200 and "张三" in shown.text and "13800000001" in shown.text
        assert "李四" not in shown.text
        assert shown.headers["Cache-Control"] == "no-store"
        bench.context.wait_for(bench.service.log.head(), 20)
        after = text_of(client.get(f"/cases/{code}"))
        assert "查看身份信息" in after and "电话联系调解时间" in after and "张三" not in after


def test_what_people_write_is_never_markup(bench: Workbench, code: str) -> None:
    with bench.client("li.mediator") as client:
        page = client.get(f"/cases/{code}/note_progress")
        answer = client.post(
            f"/cases/{code}/note_progress", filled(page, "note_progress", text=EVIL, occurred_at=EVIL)
        )
        assert answer.status_code == 422 and EVIL not in answer.text and "<img" not in answer.text
        assert (
            client.post(f"/cases/{code}/note_progress", filled(page, "note_progress", text=EVIL)).status_code
            == 303
        )
        shown = client.get(f"/cases/{code}?done={EVIL}")
        assert "&lt;script&gt;alert" in shown and "<script>alert" not in shown and "<img" not in shown


@pytest.mark.parametrize("path", ["", "/note_progress", "/refer_up", "/reveal", "/agree"])
def test_pages_say_nothing_in_chinese_to_who_reads_english(bench: Workbench, code: str, path: str) -> None:
    """Data stay as they are: names of units and people, what was written, and the basis that a rule names."""
    with bench.client("wang.head", "en") as client:
        answer = client.client.get(f"/cases/{code}{path}")
        assert '<html lang="en">' in answer.text
        text = text_of(answer.text)
    data = {"中文", *(word for unit in bench.service.reference.organisation().standing(bench.context.now().date())
                     for word in CHINESE.findall(unit.name))}  # fmt: skip
    data |= {"陈小满", "李和", "王立新", "周敏", "吴承", "郑远", "冯岭", "孙察", "钱复", "何川"}
    for rule in bench.service.policies.in_force("CN", bench.context.now()).rules.values():
        text = text.replace(rule.basis, "")
    for word in sorted(data, key=len, reverse=True):
        text = text.replace(word, "")
    written = ("因宅基地边界起争执", "越界", "与", "称")
    left = [word for word in CHINESE.findall(text) if word not in written]
    assert left == []


def test_a_case_is_small_and_quick(bench: Workbench, code: str) -> None:
    from time import perf_counter

    from api.pages.assets import assets

    with bench.client("li.mediator") as client:
        client.get(f"/cases/{code}")
        took = []
        for _ in range(5):
            began = perf_counter()
            answer = client.client.get(f"/cases/{code}", headers={"Accept-Encoding": "gzip"})
            took.append(perf_counter() - began)
        page = int(answer.headers["Content-Length"])
    assert page + sum(len(asset.packed) for asset in assets().values()) < 30_000
    assert min(took) < 0.1


def test_what_one_may_not_see_is_as_if_it_were_not_there(bench: Workbench, code: str) -> None:
    other = bench.do(
        "report", "", "zheng.head", type="dispute", origin="330604-102", channel="phone", category="neighbour",
        title="东岸村水渠争执",
    ).case  # fmt: skip
    with bench.client("li.mediator") as client:
        assert client.client.get(f"/cases/{other}").status_code == 404
        assert client.client.get(f"/cases/{other}/note_progress").status_code == 404
        assert (
            client.post(f"/cases/{other}/note_progress", {"csrf": client.csrf, "facts.text": "x"}).status_code
            == 404
        )
    with bench.client("zheng.head") as client:
        client.get(f"/cases/{other}")


def test_what_may_be_the_same_matter_is_shown_to_whoever_looks(bench: Workbench, code: str) -> None:
    facts = {"origin": VILLAGE, "channel": "phone", "category": "neighbour", "type": "dispute"}
    twin = bench.do("report", "", "wang.head", **facts, title="因宅基地边界起争执").case
    bench.do("report", "", "wang.head", **facts, title="夜间装修噪音扰民")
    with bench.client("li.mediator") as client:
        text = client.get(f"/cases/{code}")
        assert "可能重复" in text and f'href="/cases/{twin}"' in text and "标题相近" in text
        assert "夜间装修噪音" not in text
        bench.do("link", code, "wang.head", other=twin)
        text = client.get(f"/cases/{code}")
        assert (
            "可能重复" not in text and f'<a href="/cases/{twin}">{twin}</a> <span class="soft">关联' in text
        )
