"""One's work, all cases, deadlines: what they list, count, filter and keep, by client and without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from api.examples import GRID, TOWNSHIP, VILLAGE
from domain.export import ExportMade
from eventlog.identity import Identity
from tests.support.township import Now, at
from tests.support.workbench import PageClient, Workbench, form_in, text_of

PEOPLE = [Identity("S-1001", "person", "张三", phone="13800000001"), Identity("S-1002", "person", "李四")]
EVIL = "<script>alert('甲')</script>"


def reported(
    bench: Workbench, title: str, user: str = "chen.reporter", origin: str = GRID, **facts: str
) -> str:
    return bench.do(
        "report", "", user, PEOPLE, "dispute", origin=origin, channel="visit", category="neighbour", title=title,
        parties=[{"subject": "S-1001"}, {"subject": "S-1002"}], **facts,
    ).case  # fmt: skip


@pytest.fixture
def cases(bench: Workbench, now: Now) -> dict[str, str]:
    """Four disputes: taken and with a mediator, offered, given back, only reported; seen a week later."""
    titles = {
        "mediated": "排水沟堵塞起争执",
        "offered": "围墙边界不清",
        "returned": f"噪音{EVIL}",
        "reported": "张三家犬只夜吠",
    }
    codes = {name: reported(bench, title) for name, title in titles.items()}
    now.instant += timedelta(hours=1)
    for name in ("mediated", "offered", "returned"):
        bench.do("offer", codes[name], "chen.reporter", unit=VILLAGE)
    bench.do("accept", codes["mediated"], "li.mediator", within_scope=True)
    bench.do("assign_mediator", codes["mediated"], "wang.head", chair="li.mediator")
    bench.do("return", codes["returned"], "wang.head", ground="不属于本村")
    now.instant = at(3, 9)
    return codes


def listed(page: str, codes: dict[str, str]) -> set[str]:
    """Which of the cases a page leads to."""
    return {name for name, code in codes.items() if f'href="/cases/{code}"' in page}


def counts(page: str) -> dict[str, str]:
    """The figures on top: what each leads to, and its number."""
    return {
        parse_qs(urlsplit(address.replace("&amp;", "&")).query)["show"][0]: number
        for address, number in re.findall(
            r'<a class="[a-z]*" href="(/work\?[^"]*show=[^"]*)"[^>]*><b>([^<]*)</b>', page
        )
    }


# One's work.


def test_a_mediator_sees_what_is_theirs_and_what_nobody_has_taken(
    bench: Workbench, cases: dict[str, str]
) -> None:
    with bench.client("li.mediator") as client:
        page = client.get("/work")
        assert listed(page, cases) == {"mediated", "offered"}
        assert counts(page)["all"] == "2" and counts(page)["new"] == "1"
        assert listed(client.get("/work?show=new"), cases) == {"offered"}
        assert listed(client.get("/work?tab=unit"), cases) == set(cases)
        assert listed(client.get("/work?tab=unit&show=returned"), cases) == {"returned"}


def test_each_row_says_what_is_due_when_and_leads_to_the_next_step(
    bench: Workbench, cases: dict[str, str]
) -> None:
    with bench.client("li.mediator") as client:
        page = client.get("/work")
    text = text_of(page)
    assert "围墙边界不清" in text and "白沙村 · 村级调解·待受理 · 未指定负责人" in text
    assert "已逾期5天 受理 2026年3月4日（周三）" in text
    assert f'href="/cases/{cases["offered"]}/accept"' in page
    assert f'href="/cases/{cases["mediated"]}/explain_rights"' in page
    assert "负责人 李和" in text


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (at(3, 3, 8), "明天到期"),
        (at(3, 4, 8), "今天到期"),
        (at(3, 5, 5), "已逾期1天"),
        (at(3, 9), "已逾期5天"),
    ],
)
def test_when_a_duty_ends_is_said_in_words(
    bench: Workbench, now: Now, cases: dict[str, str], when: object, said: str
) -> None:
    now.instant = when  # type: ignore[assignment]
    with bench.client("li.mediator") as client:
        assert said in text_of(client.get("/work?show=new"))


def test_what_is_due_today_and_late_is_counted_as_it_is_listed(
    bench: Workbench, now: Now, cases: dict[str, str]
) -> None:
    for when in (at(3, 3), at(3, 4, 8), at(3, 9), at(4, 20)):
        now.instant = when
        with bench.client("wang.head") as client:
            for show, number in counts(client.get("/work?tab=unit")).items():
                assert len(listed(client.get(f"/work?tab=unit&show={show}"), cases)) == int(number), (
                    when,
                    show,
                )


def test_who_works_on_no_case_is_told_so(bench: Workbench) -> None:
    with bench.client("admin") as client:
        assert "这个岗位不办理案件" in text_of(client.get("/work"))


# Several at once.


def test_several_cases_are_given_to_somebody_each_by_its_own_command(
    bench: Workbench, cases: dict[str, str]
) -> None:
    codes = [cases["mediated"], cases["offered"], cases["reported"]]
    with bench.client("wang.head") as client:
        assert "/work/bulk/assign" in client.get("/work?tab=unit")
        page = client.get("/work/bulk/assign?" + "&".join(f"case={code}" for code in codes))
        fields = [
            (n, v)
            for n, f in form_in(page, "assign").fields.items()
            if n != "case"
            for v in f.values
            if n not in ("to", "reason")
        ]
        sent = [*fields, *(("case", code) for code in codes), ("to", "li.mediator"), ("reason", "熟悉情况")]
        answer = client.post("/work/bulk/assign", sent)
        text = text_of(answer.text)
        assert answer.status_code == 409 and "办理了 1 件，2 件没有办成" in text
        assert "已办理：指定调解员" in text
        kept = form_in(answer.text, "assign").fields
        assert set(kept["case"].choices) == {cases["offered"], cases["reported"]}
        assert (kept["to"].values, kept["reason"].values) == (["li.mediator"], ["熟悉情况"])
        assert kept["key"].values != [dict(sent)["key"]]
        before = bench.service.log.head()
        assert "已办理：指定调解员" in text_of(
            client.post("/work/bulk/assign", sent).text
        )  # sent again: done once
        assert bench.service.log.head() == before
    event = bench.service.log.history(bench.service.case(cases["mediated"]).id, 4)[0].event
    assert (event.chair, event.entry.reason, event.entry.actor.user) == (
        "li.mediator",
        "熟悉情况",
        "wang.head",
    )


def test_who_holds_a_fitting_post_where_the_case_is_is_offered(
    bench: Workbench, cases: dict[str, str]
) -> None:
    def offered(client: PageClient, *names: str) -> list[tuple[str, str]]:
        page = client.get("/work/bulk/assign?" + "&".join(f"case={cases[name]}" for name in names))
        return re.findall(r'<option value="([^"]+)">([^<]*)</option>', page.partition('id="people"')[2])

    with bench.client("wang.head") as client:
        mediators = [("li.mediator", "李和（白沙村 调解员）"), ("wang.head", "王立新（白沙村 单位负责人）")]
        assert offered(client, "offered", "mediated") == mediators
        by_name = {"csrf": client.csrf, "case": cases["mediated"], "to": "李和", "reason": "熟悉情况"}
        assert client.post("/work/bulk/assign", by_name).status_code == 200
        nobody = client.post("/work/bulk/assign", by_name | {"to": "zhou.window"})
        assert nobody.status_code == 409 and "任以下岗位之一" in nobody.text
        assert "release" in client.get("/work/bulk/release") and "<datalist" not in client.get(
            "/work/bulk/release"
        )
    with bench.client("wang.head", "en") as client:
        assert offered(client, "offered")[0] == ("li.mediator", "李和 (mediator, 白沙村)")


def test_cases_are_given_back_with_a_reason_and_none_is_forgotten(
    bench: Workbench, cases: dict[str, str]
) -> None:
    with bench.client("wang.head") as client:
        empty = client.post("/work/bulk/release", {"csrf": client.csrf, "reason": "不属于本村"})
        assert empty.status_code == 422 and "请至少选择一件案件" in empty.text
        blank = client.post("/work/bulk/release", {"csrf": client.csrf, "case": cases["offered"]})
        assert blank.status_code == 422 and "请填写理由" in blank.text
        assert form_in(blank.text, "release").fields["case"].values == [cases["offered"]]
        done = client.post(
            "/work/bulk/release", {"csrf": client.csrf, "case": cases["offered"], "reason": "不属于本村"}
        )
        assert done.status_code == 200 and "1 件全部办理完毕" in text_of(done.text)
    assert bench.service.case(cases["offered"]).state == "reported"


def test_several_at_once_is_for_those_who_may(bench: Workbench, cases: dict[str, str]) -> None:
    with bench.client("li.mediator") as client:
        assert "/work/bulk" not in client.get("/work?tab=unit")
        client.get("/work/bulk/assign", status=404)
    with bench.client("zheng.head") as client:  # another unit's case is answered like one that is not there
        page = client.get(f"/work/bulk/assign?case={cases['offered']}&case=D-999")
        assert form_in(page, "assign").fields["case"].choices == [cases["offered"]]


# All cases.


def test_cases_are_searched_and_filtered_and_every_filter_can_be_taken_away(
    bench: Workbench, cases: dict[str, str]
) -> None:
    with bench.client("zheng.head") as client:
        assert listed(client.get("/cases"), cases) == set(cases)
        assert listed(client.get("/cases?q=水沟"), cases) == {"mediated"}
        assert listed(client.get(f"/cases?q={cases['offered'].lower()}"), cases) == {"offered"}
        assert listed(client.get(f"/cases?unit={VILLAGE}&stage=village_mediation"), cases) == {
            "mediated",
            "offered",
        }
        assert listed(client.get("/cases?unit=第一网格&mark=returned"), cases) == {"returned"}
        page = client.get("/cases?q=围墙&term=late&severity=minor")
        assert listed(page, cases) == {"offered"}
        text = text_of(page)
        assert "共 1 件" in text and "搜索：“围墙”" in text and "期限：已逾期" in text
        assert 'href="/cases?q=%E5%9B%B4%E5%A2%99&amp;severity=minor"' in page  # without the deadline


def test_a_filter_that_cannot_be_is_told_beside_its_field_and_kept_as_typed(
    bench: Workbench, cases: dict[str, str]
) -> None:
    with bench.client("zheng.head", "en") as client:
        page = client.get("/cases?unit=Nowhere&opened_from=x&severity=huge&q=墙", status=422)
        text = text_of(page)
        assert "There is no such unit: choose one of the list." in text
        assert 'value="Nowhere"' in page and page.count('aria-invalid="true"') == 3
        assert listed(page, cases) == {"offered"}


def test_what_people_wrote_is_shown_as_text_and_without_names(
    bench: Workbench, cases: dict[str, str]
) -> None:
    with bench.client("zheng.head") as client:
        for path in ("/cases", "/work?tab=unit", "/deadlines?kind=late", f"/cases?q={EVIL}&unit={EVIL}"):
            page = client.client.get(path).text
            assert "<script>alert" not in page
            assert "张三" not in page and "138" not in page
        assert "当事人家犬只夜吠" in client.get("/cases")
        assert listed(client.get("/cases?q=张三"), cases) == set()


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", '"; DROP TABLE read_worklist; --', "%", "_", "\\", "*", "NOT 围墙", "𰻝", "'\"()"]
)
def test_a_search_is_words_and_never_a_statement(bench: Workbench, cases: dict[str, str], text: str) -> None:
    with bench.client("zheng.head") as client:
        answer = client.client.get(
            "/cases", params={"q": text, "person": text, "channel": text, "sort": "code"}
        )
        assert answer.status_code in (200, 422)
        assert listed(answer.text, cases) == set()
        assert client.client.get("/cases", params={"sort": text, "cursor": ""}).status_code == 422
        assert client.client.get("/cases", params={"cursor": text}).status_code == 400
        assert listed(client.get("/cases"), cases) == set(cases)


def test_pages_follow_each_other_by_signed_cursors(
    bench: Workbench, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.lists.rows.PAGE", 2)
    codes = {str(n): reported(bench, f"第{n}件") for n in range(5)}
    with bench.client("zheng.head") as client:
        found, path = [], "/cases?sort=-code"
        while path:
            page = client.get(path)
            found += re.findall(r'class="title" href="/cases/([^"]+)"', page)
            following = re.search(r'href="([^"]+)" rel="next"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        assert found == sorted(codes.values(), reverse=True)
        assert 'aria-sort="descending"' in page and "回到第一页" in page
        forged = client.client.get("/cases?sort=-code&cursor=AAAA")
        assert forged.status_code == 400


def test_nobody_finds_a_case_outside_of_their_scope(bench: Workbench, cases: dict[str, str]) -> None:
    other = {"other": reported(bench, "围墙边界", "zheng.head", "330604-102")}
    with bench.client("li.mediator") as client:
        for path in (
            "/cases",
            "/cases?q=围墙",
            "/cases?unit=330604-102&closed=true",
            "/work?tab=unit",
            "/deadlines",
            "/deadlines?kind=late",
        ):
            assert listed(client.get(path), other) == set(), path
        assert other["other"] not in client.client.get("/cases/export/csv").text
    with bench.client("zheng.head") as client:
        assert listed(client.get("/cases"), other) == {"other"}


def test_when_nothing_is_found_the_page_says_what_to_do(bench: Workbench, cases: dict[str, str]) -> None:
    with bench.client("zheng.head") as client:
        text = text_of(client.get("/cases?q=子虚乌有"))
        assert "没有符合条件的案件" in text and "清除全部条件" in text and "连同已办结的一起查" in text
    with bench.client("zheng.head", "en") as client:
        assert "No case matches" in text_of(client.get("/cases?q=子虚乌有"))


def test_the_list_is_taken_as_a_file_with_its_filters(bench: Workbench, cases: dict[str, str]) -> None:
    with bench.client("zheng.head") as client:
        page = client.get("/cases?q=围墙&term=late")
        address = re.search(r'href="(/cases/export/csv[^"]*)"', page)
        assert address
        answer = client.client.get(address[1].replace("&amp;", "&"))
        assert (
            answer.status_code == 200
            and cases["offered"] in answer.text
            and cases["mediated"] not in answer.text
        )
        client.get("/cases/export/pdf", status=404)
    (made,) = [one.event for one in bench.service.log.read(0) if isinstance(one.event, ExportMade)]
    assert (made.entry.actor.user, made.rows, made.filters["late"]) == ("zheng.head", 1, "true")


# Saved searches.


def test_a_search_is_kept_under_a_name_for_its_user_alone(bench: Workbench, cases: dict[str, str]) -> None:
    with bench.client("zheng.head") as client:
        form = form_in(client.get("/cases?q=围墙&term=late"), "/searches")
        fields = {name: field.values[0] for name, field in form.fields.items()} | {"name": "  围墙 逾期 "}
        answer = client.post("/searches", fields)
        assert answer.status_code == 303
        page = client.get(answer.headers["Location"])
        assert "已保存搜索“围墙 逾期”" in page
        assert 'href="/cases?q=%E5%9B%B4%E5%A2%99&amp;term=late">围墙 逾期</a>' in page
        assert "围墙 逾期" in client.get("/work")
        wrong = client.post("/searches", fields | {"name": " "})
        assert wrong.status_code == 422
    with bench.client("li.mediator") as client:
        assert "围墙 逾期" not in client.get("/cases")
        client.post("/searches/delete", {"csrf": client.csrf, "name": "围墙 逾期"})
    with bench.client("zheng.head") as client:
        client.post("/searches/delete", {"csrf": client.csrf, "name": "围墙 逾期"})
        assert "围墙 逾期" not in client.get("/cases")


def test_a_kept_search_leads_nowhere_else(bench: Workbench) -> None:
    with bench.client("zheng.head") as client:
        evil = {"csrf": client.csrf, "name": EVIL, "query": "next=//evil.example&q=a&lang=en&x=<b>"}
        answer = client.post("/searches", evil)
        page = client.get(answer.headers["Location"])
        assert '<a href="/cases?q=a">&lt;script&gt;' in page
        assert client.client.post("/searches", data={"name": "x", "query": ""}).status_code == 403


# Deadlines.


def test_deadlines_are_listed_as_they_come_are_late_and_were_met(
    bench: Workbench, cases: dict[str, str]
) -> None:
    with bench.client("zheng.head") as client:
        late = client.get("/deadlines?kind=late")
        assert "offered" in listed(late, cases) and "已逾期5天" in text_of(late)
        met = client.get(f"/deadlines?kind=met&unit={VILLAGE}")
        assert "mediated" in listed(met, cases)
        assert "没有这个单位" in client.get("/deadlines?unit=nowhere", status=422)
        file = client.client.get("/deadlines/export/csv?kind=late")
        assert cases["offered"] in file.text
    with bench.client("zheng.head", "en") as client:
        assert "Overdue" in text_of(client.get(f"/deadlines?kind=late&unit={TOWNSHIP}"))
