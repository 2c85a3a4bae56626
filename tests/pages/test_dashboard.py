"""The dashboard and the pages of its figures, over a small year of the demonstration district."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser

from api.pages.assets import assets
from api.pages.charts.amount import Say
from gridcase.demo.district import CITY, COUNTY
from projections.figures import FIGURES
from tests.support.board import TOWNSHIP, VILLAGE, told_in
from tests.support.browser import PHONE, Visitors
from tests.support.sights import LOOKS, held_against
from tests.support.workbench import Workbench

QUARTER = "2026-Q3"
SAY = Say("zh", str)


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    with told_in(tmp_path_factory.mktemp("board"), 0.12) as board:
        yield board


class Links(HTMLParser):
    """Every link in a table's cell: (address, its text)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.cell = False
        self.href = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in ("td", "th"):
            self.cell = tag == "td"
        elif tag == "a" and self.cell:
            self.href = dict(attrs)["href"]

    def handle_data(self, data):
        if self.href:
            self.found.append((self.href, data.strip()))

    def handle_endtag(self, tag):
        if tag == "a":
            self.href = ""
        elif tag == "td":
            self.cell = False


def query_of(href):
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}


def row_of(client, href):
    """What the JSON API answers for the question of a link: the rows of its key, added up by the part asked for."""
    query = query_of(href)
    key = dict(pair.split("=") for pair in query.pop("key", "").split(",") if pair)
    part = query.pop("part", "")
    name = urlsplit(href).path.rpartition("/")[2]
    told = client.client.get(f"/api/v1/figures/{name}", params={**query, "by": ",".join(key)}).json()
    rows = [row for row in told["rows"] if all(row[k] == v for k, v in key.items())]
    return part, rows[0] if rows else {"numerator": 0, "denominator": 0, "value": None, "excluded": {}}


@pytest.mark.parametrize("unit", [COUNTY, TOWNSHIP, VILLAGE])
def test_every_number_on_the_page_is_what_the_json_api_answers_for_its_link(board, unit):
    with board.client("supervisor") as client:
        links = Links(client.get(f"/dashboard?unit={unit}&period={QUARTER}")).found
        figures = dict.fromkeys((href, said) for href, said in links if href.startswith("/figures/"))
        assert len(figures) > 60
        for href, said in figures:
            part, row = row_of(client, href)
            if said.endswith("%"):
                assert said == SAY.share(row["value"]), href
            else:
                counts = {
                    "numerator": row["numerator"],
                    "denominator": row["denominator"],
                    "missed": row["denominator"] - row["numerator"],
                    **row["excluded"],
                }
                assert said == SAY.count(counts[part]), href


def test_a_figure_shows_the_number_and_the_cases_that_the_json_api_answers(board):
    with board.client("supervisor") as client:
        links = Links(client.get(f"/dashboard?unit={COUNTY}&period={QUARTER}")).found
        kinds = {
            (
                urlsplit(href).path,
                query_of(href).get("part"),
                re.sub(r"=[^,]*", "", query_of(href).get("key", "")),
            ): href
            for href, _ in links
            if href.startswith("/figures/")
        }
        assert len(kinds) > 12
        for (path, *_), href in kinds.items():
            page = client.get(href)
            part, row = row_of(client, href)
            if not FIGURES[path.rpartition("/")[2]].lengths:
                assert f"<b>{SAY.share(row['value'])}</b>" in page
            query = query_of(href) | {"part": part or "numerator"}
            cases = client.client.get(f"/api/v1{path}/cases", params=query).json()["cases"]
            assert re.findall(r'class="whole"><a href="/cases/([^"]+)"', page) == cases[:50], href


def test_the_cases_of_a_number_are_paged_by_their_codes(board):
    href = f"/figures/deadlines_kept?unit={COUNTY}&from=2026-01-01&to=2026-10-01&part=denominator"
    seen: list[str] = []
    with board.client("supervisor") as client:
        expected = client.client.get(f"/api/v1{href.replace('?', '/cases?')}").json()["cases"]
        while href:
            page = client.get(href)
            seen += re.findall(r'class="whole"><a href="/cases/([^"]+)"', page)
            following = re.search(r'<a href="([^"]+)" rel="next">', page)
            href = following[1].replace("&amp;", "&") if following else ""
    assert len(expected) > 100 and seen == expected


def test_numbers_are_open_and_cases_are_listed_only_to_whom_they_concern(board):
    path = f"/figures/contained_in_grid?unit={COUNTY}&from=2026-01-01&to=2026-10-01&part=denominator"
    pages = {}
    for user in ("supervisor", "head", "mediator"):
        with board.client(user) as client:
            pages[user] = client.get(path)
    numbers = {tuple(re.findall(r'<div class="big">\s*<b>([^<]+)</b>', page)) for page in pages.values()}
    assert len(numbers) == 1, "a number does not depend on who looks at it"
    listed = {user: int(re.findall(r"共 (\d+) 件", page)[0]) for user, page in pages.items()}
    assert 0 < listed["mediator"] < listed["head"] < listed["supervisor"]


def test_a_figure_tells_its_definition_in_the_readers_language_and_the_other(board):
    path = f"/figures/containment?unit={COUNTY}&from=2026-07-01&to=2026-10-01&key=severity=minor"
    with board.client("supervisor") as client:
        page = client.get(path)
    assert "首次终局" in page and "not reopened within 90 days" in page and "reopen_window_days" not in page
    assert "严重程度" in page and "小事" in page
    with board.client("supervisor", "en") as client:
        page = client.get(path)
    assert '<html lang="en">' in page and "Broken down" in page and "分母＝" in page


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_opens_and_may_be_broken_down_by_each_of_its_dimensions(board, name):
    with board.client("supervisor", "en") as client:
        for dimension in ("", *FIGURES[name].may):
            page = client.get(f"/figures/{name}?unit={COUNTY}&from=2026-04-01&to=2026-07-01&by={dimension}")
            assert FIGURES[name].title_en in page and FIGURES[name].title_zh in page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dashboard?period=2026-13", 422),
        ("/dashboard?unit=nowhere", 404),
        ("/figures/nothing", 404),
        ("/figures/containment?part=half", 422),
        ("/figures/containment?key=mood=good", 422),
        ("/figures/containment?by=rule", 422),
        ("/figures/containment?from=2026-02-01&to=2026-01-01", 422),
        ("/figures/containment?cursor=made-up", 400),
    ],
)
def test_a_wrong_question_is_answered_by_a_page_that_says_so(board, path, status):
    with board.client("supervisor") as client:
        client.get(path, status)


def test_whoever_is_not_signed_in_is_led_to_the_sign_in(board):
    with board.client() as client:
        for path in ("/dashboard", "/figures/containment"):
            answer = client.client.get(path)
            assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?next=")


def test_one_goes_up_and_down_the_tree_and_back_and_forth_in_time(board):
    with board.client("mediator") as client:
        assert f"period={QUARTER[:5]}Q4" in client.get("/dashboard"), "the quarter of ten days ago"
        own = client.get(f"/dashboard?period={QUARTER}")
        assert "锦埠社区" in own and f'href="/dashboard?unit={TOWNSHIP}&amp;period={QUARTER}"' in own
        assert f'href="/dashboard?unit={VILLAGE}001&amp;period={QUARTER}"' in own
        assert f'rel="prev" href="/dashboard?unit={VILLAGE}&amp;period=2026-Q2"' in own
        assert f'rel="next" href="/dashboard?unit={VILLAGE}&amp;period=2026-Q4"' in own
        last = client.get(f"/dashboard?unit={VILLAGE}&period=2026-Q4")
        assert 'rel="next"' not in last, "nobody looks into the future"
        for period in ("2026", "2026-07"):
            assert client.get(f"/dashboard?unit={VILLAGE}&period={period}")


def test_a_county_sees_the_city_as_a_whole_and_none_of_its_other_counties(board):
    with board.client("supervisor") as client:
        assert f"/dashboard?unit={CITY}&amp;" in client.get(f"/dashboard?unit={COUNTY}&period={QUARTER}")
        page = client.get(f"/dashboard?unit={CITY}&period={QUARTER}")
        assert 'id="peers"' not in page and 'id="under"' not in page
        client.get(f"/figures/containment?unit={CITY}&by=unit", 403)
        assert "by=unit" not in client.get(f"/figures/containment?unit={CITY}")


def test_a_board_never_says_nought_of_what_was_not_counted(board):
    with board.client("supervisor") as client:
        page = client.get(f"/dashboard?unit={VILLAGE}001&period=2019")
    assert "无案件" in page and "0.00%" not in page and "100.00%" not in page


def test_the_first_load_weighs_little_and_carries_no_style(board):
    with board.client("supervisor") as client:
        page = client.get(f"/dashboard?unit={COUNTY}&period={QUARTER}")
    files = sum(len(assets()[name].packed) for name in ("pages.css", "charts.css", "enhance.js"))
    assert len(gzip.compress(page.encode(), 5)) + files < 30_000
    assert not re.search(r"\sstyle=|<style|\sfill=\"#|javascript:", page)


@pytest.fixture
def visit(chromium_browser: Browser, board: Workbench) -> Iterator[Visitors]:
    with board.served() as address:
        visitors = Visitors(chromium_browser, board, address)
        yield visitors
        visitors.close()
    assert visitors.wrong == []


PATHS = (
    f"/dashboard?unit={COUNTY}&period={QUARTER}",
    f"/dashboard?unit={VILLAGE}&period=2026-09",
    f"/figures/containment?unit={COUNTY}&from=2026-07-01&to=2026-10-01&key=severity=major&by=unit",
    f"/figures/time_in_level?unit={COUNTY}&from=2026-07-01&to=2026-10-01",
)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_held_against_a_page_full_of_figures(visit: Visitors, path: str):
    for lang, looks in LOOKS.items():
        assert held_against(visit("supervisor", path, lang=lang), looks) == []


def test_every_number_is_reached_without_scripts_and_by_a_phone(visit: Visitors):
    page = visit("supervisor", PATHS[0], size=PHONE, scripts=False)
    page.get_by_role("link", name="小事不出网格").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "就地化解率"
    first = page.get_by_role("table", name="案件", exact=True).get_by_role("link").first
    assert str(first.get_attribute("href")).startswith("/cases/D-")


def test_on_paper_all_tables_are_open_and_ink_is_dark(visit: Visitors):
    page = visit("supervisor", f"{PATHS[0]}&theme=dark", size=PHONE, dark=True)
    closed = page.locator("details.folded table").first
    assert not closed.is_visible()
    page.emulate_media(media="print")
    assert closed.is_visible()
    ink = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()")
    assert ink == "#14202e"
