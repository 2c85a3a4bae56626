"""`gridcase letter`: what a clerk without a browser types."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eventlog.log import open_log
from gridcase.cli import app
from tests.support.correspondence import WANG, text_of
from tests.support.fonts import ready_typesetter

UNITS = "code,name,kind,parent\nC,云县,county,\nT,山镇,town,C\n"
MAPPING = 'imports = "units"\nid = "test"\n[columns]\ncode = "code"\nname = "name"\nparent = "parent"\nkind = "kind"\n'
CLERK = "zhou:intake:T"


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Types `gridcase …` in a folder with a town, where 王五 has brought petition P-1."""
    ready_typesetter()
    url = f"sqlite:///{tmp_path / 'gridcase.db'}"
    monkeypatch.setenv("GRIDCASE_DATABASE_URL", url)
    monkeypatch.delenv("GRIDCASE_MASTER_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def type_(*words: object) -> Result:
        return CliRunner().invoke(app, [str(word) for word in words])

    Path("units.csv").write_text(UNITS, encoding="utf-8")
    Path("units.toml").write_text(MAPPING, encoding="utf-8")
    assert type_("import", "units", "units.csv", "--mapping", "units.toml").exit_code == 0
    log = open_log(url)
    log.prepare()
    log.subjects.put(WANG)
    log.close()
    facts: tuple[str, ...] = ("origin=T", "channel=visit", "title=征地补偿", "by_office=false", "record=来访")
    given = [word for fact in facts for word in ("-f", fact)]
    assert type_("case", "fire", "petition", "receive", "--code", "P-1", "--as", CLERK, *given).exit_code == 0
    facts = (
        "receipt=1号",
        "request=发放",
        "facts=未发",
        'petitioners=[{"subject": "S-1", "part": "petitioner"}]',
    )
    given = [word for fact in facts for word in ("-f", fact)]
    assert type_("case", "fire", "P-1", "register", "--as", CLERK, *given).exit_code == 0
    return type_


def test_a_letter_from_the_list_to_the_proof(typed: Callable[..., Result]) -> None:
    listed = json.loads(typed("letter", "list", "P-1", "--json").stdout)
    assert [(one["kind"], one["how"]) for one in listed["possible"]][:1] == [("receipt", "told")]
    assert typed("letter", "preview", "P-1", "receipt", "-o", "preview.pdf").exit_code == 0
    assert "信访人甲" in text_of(Path("preview.pdf").read_bytes())
    issued = json.loads(typed("letter", "issue", "P-1", "receipt", "--as", CLERK, "--json").stdout)
    assert issued["number"].endswith("第1号")
    copied = typed("letter", "copy", "P-1", "1", "--as", CLERK, "--purpose", "送达", "-o", "letter.pdf")
    assert "the file that was issued" in copied.stdout and "王五" in text_of(Path("letter.pdf").read_bytes())
    checked = json.loads(typed("letter", "check", "letter.pdf", "--json").stdout)
    assert (checked["case"], checked["kind"], checked["digest"]) == ("P-1", "receipt", issued["digest"])
    assert "信访事项登记回执" in typed("letter", "list", "P-1").stdout


def test_what_is_not_as_issued_and_who_may_not_are_told_by_exit_codes(typed: Callable[..., Result]) -> None:
    Path("forged.pdf").write_bytes(b"%PDF-1.7 forged")
    assert typed("letter", "check", "forged.pdf").exit_code == 4
    assert typed("letter", "check", "nothing.pdf").exit_code == 2
    assert typed("letter", "issue", "P-1", "opinion", "--as", CLERK).exit_code == 3
    drafted = typed("letter", "issue", "P-1", "refusal", "--as", CLERK, "-d", "ground=moon")
    assert drafted.exit_code == 2 and "draft.ground" in drafted.output
