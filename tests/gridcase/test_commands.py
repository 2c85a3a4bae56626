"""What people and scripts type: answers for people and for machines, sentences for mistakes, exit codes that mean something."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from eventlog.log import open_log
from gridcase.cli import app
from tests.support.real_data import real_file

MAPPINGS = Path(__file__).resolve().parents[2] / "docs" / "mappings"
UNITS = "code,name,kind,parent\nC,云县,county,\nT,山镇,town,C\nV,一村,village,T\nG,一网格,grid,V\n"
MAPPING = """
imports = "units"
id = "test"
[columns]
code = "code"
name = "name"
parent = "parent"
kind = "kind"
"""
WANG, LI = "wang:reporter:G", "li:mediator:V"

Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types `gridcase …` in an empty folder."""
    monkeypatch.setenv("GRIDCASE_DATABASE_URL", f"sqlite:///{tmp_path / 'gridcase.db'}")
    monkeypatch.delenv("GRIDCASE_MASTER_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def village(typed: Typed, tmp_path: Path) -> Typed:
    """The same, with a county, a town, a village and a grid."""
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "units.toml").write_text(MAPPING, encoding="utf-8")
    done = typed("import", "units", "units.csv", "--mapping", "units.toml", "--json")
    assert read(done) == {"created": 4, "unchanged": 0, "rejected": []}
    return typed


def read(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def report(typed: Typed, code: str = "D-1", **more: str) -> Result:
    facts = (
        "origin=G",
        "channel=patrol",
        "title=楼道堆物",
        "category=neighbour",
        'parties=[{"subject":"p1"},{"subject":"p2"}]',
    )
    flags = [word for fact in facts for word in ("-f", fact)]
    flags += [word for name, value in more.items() for word in (f"--{name}", value)]
    return typed("case", "fire", "dispute", "report", "--code", code, "--as", WANG, *flags, "--json")


def test_a_dispute_from_report_to_closed(village: Typed) -> None:
    assert read(report(village))["state"] == "reported"
    shown = read(village("case", "show", "D-1", "--as", WANG, "--json"))
    assert shown["version"] == 1 and "settle" in shown["allowed"]
    settled = ("-f", "terms=当日清理", "-f", 'agreed_by=["p1","p2"]', "-f", "fulfilled=true")
    answer = read(village("case", "fire", "D-1", "settle", "--as", WANG, *settled, "--expected", 1, "--json"))
    assert (answer["state"], answer["outcome"], answer["version"]) == ("closed", "resolved", 2)
    history = read(village("case", "history", "D-1", "--json"))
    assert [row["topic"] for row in history] == ["dispute.reported", "dispute.settled_on_the_spot"]
    for_people = village("case", "history", "D-1").stdout
    assert "网格就地化解" in for_people and "⟦" not in for_people
    assert "当事人甲" in for_people and "当事人乙" in for_people
    figure = read(
        village(
            "figures", "containment", "--unit", "C", "--from", "2020-01-01", "--to", "2100-01-01", "--json"
        )
    )
    assert set(figure) == {"figure", "unit", "from", "to", "knowledge_cut", "formula_version", "rows"}
    minor = next(row for row in figure["rows"] if row["severity"] == "minor")
    assert (minor["numerator"], minor["denominator"], minor["value"]) == (1, 1, 1)
    assert [row["value"] for row in figure["rows"] if row["severity"] != "minor"] == [None, None], (
        "0/0 is null"
    )


def test_refusals_and_mistakes_have_their_exit_codes(village: Typed) -> None:
    report(village)
    refused = village("case", "fire", "D-1", "accept", "--as", WANG, "-f", "within_scope=true")
    assert (
        refused.exit_code == 3
        and "right_post" in refused.stderr
        and "须由以下岗位办理：调解员、单位负责人" in refused.stderr
    )
    assert (
        village("case", "fire", "D-1", "offer", "--as", WANG, "-f", "unit=V", "--expected", 7).exit_code == 5
    )
    assert village("case", "show", "D-404").exit_code == 4
    for words in (
        ("case", "fire", "D-1", "offer", "--as", "wang", "-f", "unit=V"),
        ("case", "fire", "D-1", "offer", "--as", WANG, "-f", "unit"),
        ("case", "fire", "D-1", "offer", "--as", WANG, "-f", "unit=V", "--at", "gestern"),
        ("case", "fire", "dispute", "report", "--as", WANG, "-f", "parties=[oops"),
        ("figures", "containment", "--unit", "C", "--from", "2026", "--to", "2027-01-01"),
        ("import", "units", "units.csv", "--mapping", "units.toml", "--on-error", "pray"),
    ):
        result = village(*words)
        assert result.exit_code == 2 and "not usable" in result.stderr, words
    again = report(village)
    assert again.exit_code == 2 and "There is a case with this code" in again.stderr


def test_a_late_deadline_says_since_when(village: Typed) -> None:
    report(village, at="2026-03-02", reason="补录")
    told = village("case", "show", "D-1").stdout
    assert "version 1" in told and "已上报" in told
    assert "late since" in told and "running" not in told
    (shown,) = read(village("case", "show", "D-1", "--json"))["deadlines"]
    assert (shown["late"], shown["due_on"]) == (True, "2026-03-04")


def test_every_wrong_fact_is_told_at_once_in_both_languages(village: Typed) -> None:
    facts = (
        "-f",
        "origin=G",
        "-f",
        "channel=pigeon",
        "-f",
        'parties=[{"subject":"张三"}]',
        "-f",
        "clour=red",
    )
    result = village("case", "fire", "dispute", "report", "--as", WANG, *facts)
    assert result.exit_code == 2
    for field in ("channel", "parties.0.subject", "clour", "title", "category"):
        assert f"{field}: " in result.stderr and f"{field}：" in result.stderr, field
    assert village("case", "show", "张三").exit_code == 4
    named = village("case", "fire", "dispute", "report", "--code", "张三诉李四", "--as", WANG, *facts)
    assert named.exit_code == 2


def test_reading_where_there_is_no_database_makes_none(typed: Typed, tmp_path: Path) -> None:
    for words in (
        ("case", "list"),
        ("case", "show", "D-1"),
        ("unit", "list"),
        ("deadlines", "list", "--unit", "C"),
        ("verify",),
        ("backup", "copy.gz"),
        ("sweep",),
    ):
        result = typed(*words)
        assert result.exit_code == 6 and "gridcase init" in result.stderr, words
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_left_as_it_is(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("来信一封\n" * 200, encoding="utf-8")
    before = letter.read_bytes()
    monkeypatch.setenv("GRIDCASE_DATABASE_URL", f"sqlite:///{letter}")
    for words in (("case", "list"), ("init",), ("verify",)):
        result = typed(*words)
        assert result.exit_code == 6 and "no database" in result.stderr, words
    assert letter.read_bytes() == before


def test_the_units_are_listed_and_an_unknown_one_is_told(village: Typed) -> None:
    assert [one["code"] for one in read(village("unit", "list", "--json"))] == ["C", "G", "T", "V"]
    below = read(village("unit", "list", "--under", "V", "--json"))
    assert [(one["code"], one["level"], one["parent"]) for one in below] == [("G", 0, "V"), ("V", 1, "T")]
    assert "一村" in village("unit", "list").stdout
    for words in (
        ("unit", "list", "--under", "X"),
        ("case", "list", "--unit", "X"),
        ("deadlines", "list", "--unit", "X"),
    ):
        assert village(*words).exit_code == 4, words


def test_a_year_of_no_size_is_no_year(typed: Typed) -> None:
    for scale in ("0", "-1", "nan", "1e9"):
        result = typed("demo", "--scale", scale)
        assert result.exit_code == 2 and "--scale" in result.stderr


def test_a_taken_port_is_told_before_anything_is_promised(typed: Typed) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = typed("serve", "--port", taken.getsockname()[1])
    assert result.exit_code == 2 and "--port" in result.stderr and "http://" not in result.stdout


def test_a_text_may_begin_with_a_bracket(village: Typed) -> None:
    report(village), report(village, "D-2")
    offered = village(
        "case", "fire", "D-1", "link", "--as", WANG, "-f", "other=D-2", "-f", "relation=[急] 同一事由"
    )
    assert offered.exit_code == 0, offered.stderr


def test_the_facts_of_a_trigger_are_told(village: Typed) -> None:
    told = village("case", "facts", "report").stdout
    for word in ("origin", "来源单位", "走访", "reference", "required"):
        assert word in told
    assert set(read(village("case", "facts", "accept", "--json"))) == {"dispute", "petition"}
    assert set(read(village("case", "facts", "accept", "--type", "petition", "--json"))) == {"petition"}
    unknown = village("case", "facts", "repport")
    assert unknown.exit_code == 4 and "report" in unknown.stderr


def test_a_repeated_key_is_recorded_once(village: Typed) -> None:
    report(village)
    words = ("case", "fire", "D-1", "offer", "--as", WANG, "-f", "unit=V", "--key", "k1", "--json")
    first, again = read(village(*words)), read(village(*words))
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert {k: v for k, v in first.items() if k != "repeated"} == {
        k: v for k, v in again.items() if k != "repeated"
    }


def test_deadlines_explain_themselves_and_the_sweep_does_nothing_twice(village: Typed) -> None:
    report(village)
    told = read(village("deadlines", "explain", "D-1", "D-ACCEPT", "--json"))
    assert told["steps"][-1]["what"] == "result" and told["policy"] == "CN-2022/1"
    assert "受理" in village("deadlines", "explain", "D-1", "D-ACCEPT").stdout
    later = "2027-06-01"
    late = read(village("deadlines", "list", "--unit", "C", "--kind", "late", "--at", later, "--json"))
    assert [row["name"] for row in late] == ["D-ACCEPT"]
    (shown,) = read(village("case", "show", "D-1", "--json"))["deadlines"]
    assert late[0]["due_on"] == shown["due_on"] and "due" not in late[0], "one day, wherever it is told"
    listed = read(village("case", "list", "--unit", "C", "--json"))[0]
    assert listed["next_due_on"] == shown["due_on"]
    for words in (
        ("case", "show", "D-1"),
        ("case", "list", "--unit", "C"),
        ("deadlines", "list", "--unit", "C"),
    ):
        assert shown["due_on"] in village(*words).stdout, words
    assert read(village("sweep", "--json"))["missed"] == []


def test_rebuild_gives_the_same_answers(village: Typed) -> None:
    report(village)
    before = read(village("case", "list", "--unit", "C", "--json"))
    assert read(village("rebuild", "--json"))["position"] == 5
    assert read(village("case", "list", "--unit", "C", "--json")) == before
    assert village("rebuild", "horoscope").exit_code == 4


def test_the_rules_can_be_read(typed: Typed) -> None:
    assert typed("workflow", "show", "petition", "--mermaid").stdout.startswith("stateDiagram-v2")
    assert read(typed("workflow", "show", "dispute", "--json"))["type"] == "dispute"
    assert typed("workflow", "show", "wedding").exit_code == 4
    assert [one["ref"] for one in read(typed("policy", "show", "--json"))] == [
        "CN-2005/1",
        "ZJ-2016/1",
        "CN-2022/1",
    ]
    assert "P-HANDLE" in typed("policy", "show", "CN-2022/1").stdout
    assert typed("init").exit_code == 0 and typed("init").exit_code == 0


def test_shangyu_s_units_from_the_command_line(typed: Typed) -> None:
    mapping = MAPPINGS / "shangyu_units.toml"
    streets = read(
        typed("import", "units", real_file("shangyu_330604_streets.csv"), "--mapping", mapping, "--json")
    )
    villages = read(
        typed("import", "units", real_file("shangyu_330604_villages.csv"), "--mapping", mapping, "--json")
    )
    assert streets["created"] + villages["created"] == 385
    assert villages["rejected"] == streets["rejected"] == []


def test_bad_rows_are_listed_and_the_exit_code_says_so(village: Typed, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text(
        "code,name,kind,parent\nX,无根村,village,NOWHERE\nV2,二村,village,T\n", encoding="utf-8"
    )
    result = village("import", "units", "more.csv", "--mapping", "units.toml", "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1 and told["created"] == 1
    assert told["rejected"][0]["line"] == 2 and set(told["rejected"][0]) == {
        "line",
        "field",
        "value",
        "remedy",
        "remedy_zh",
    }


def test_who_imports_is_recorded(village: Typed, tmp_path: Path) -> None:
    (tmp_path / "more.csv").write_text("code,name,kind,parent\nV2,二村,village,T\n", encoding="utf-8")
    named = ("import", "units", "more.csv", "--mapping", "units.toml", "--as", "hu:org_admin:C", "--json")
    assert read(village(*named))["created"] == 1
    log = open_log(f"sqlite:///{tmp_path / 'gridcase.db'}")
    users = [logged.event.entry.actor.user for logged in log.read(0) if logged.event.TOPIC == "unit.created"]
    log.close()
    assert users == ["import", "import", "import", "import", "hu"]
    assert village("import", "units", "more.csv", "--mapping", "units.toml", "--as", "hu").exit_code == 2


def test_a_person_is_erased_by_two_people_and_the_key_can_be_changed(village: Typed) -> None:
    assert village("keys", "new").stdout.strip() != village("keys", "new").stdout.strip()
    report(village)
    assert village("subject", "approve", "p1", "--as", "a:privacy_officer:C").exit_code == 4
    assert read(village("keys", "list", "--json")) == {}
    assert read(village("keys", "rotate", "--json")) == {"wrapped": 0}
    assert "Forgotten" in village("keys", "forget").stdout


def test_a_list_is_taken_as_a_table_and_that_is_recorded(village: Typed, tmp_path: Path) -> None:
    report(village)
    told = read(village("case", "export", "cases.csv", "--json"))
    assert told["rows"] == 1
    lines = (tmp_path / "cases.csv").read_text(encoding="utf-8-sig").splitlines()
    assert told["export"] in lines[0] and lines[1].startswith("编号,类型,标题")
    assert village("case", "export", "cases.pdf").exit_code == 2
