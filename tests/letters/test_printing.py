"""What people typed prints as they typed it; the same letter is the same bytes; nothing is fetched; no font, no letter."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from api.letters import typeset
from api.letters.typeset import TEMPLATES, FontsMissing, Typesetter, typesetter
from api.letters.wording import law, numeral, plain
from domain.letter import LetterKind
from domain.policy import builtin_policies
from tests.support.correspondence import CLERK, MEDIATOR, Office, text_of
from tests.support.township import at
from workflows.letters import LETTERS

ROOT = Path(__file__).parents[2]
PINNED = ROOT / "tests" / "golden" / "letter_templates.txt"
TRICKS = (
    '#let x = 1 [*b*] $x^2$ @ref \\ _u_ `c` -- --- ~ "q" \'q\' <l> // c /* d */ http://a.b ... #sys.inputs '
    "#{ panic() } #import(\"/etc/passwd\") #read(\"paper.typ\") = 标题 - 一 + 二 / 三: 四 \\u{4e00} #pagebreak() ]]]}}}"
)  # fmt: skip


def test_markup_in_what_people_typed_prints_as_typed(office: Office) -> None:
    trick = re.sub(r"\s", "", TRICKS)
    text = office.issue(office.answered(facts=TRICKS, remedy=TRICKS), "opinion", at(4, 21))
    assert text.replace("\n", "").count(trick) == 2
    draft = office.terms() | {"terms": TRICKS}
    text = office.issue(office.mediating(), "agreement", at(3, 6), MEDIATOR, draft=draft)
    assert trick in text.replace("\n", "")


# pypdf joins what a PDF draws, so only what one font draws from left to right is compared.
PRINTABLE = st.text(
    st.one_of(
        st.characters(min_codepoint=0x21, max_codepoint=0x7E), st.sampled_from("一二三汉字，。《》（）〔〕“”")
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(PRINTABLE)
def test_any_text_prints_literally(text: str) -> None:
    values = {**SAMPLE, "ground": f"起{text}止"}
    written = text_of(typesetter().pdf("termination-1", values, at(3, 2))).replace("\n", "")
    assert f"起{text}止" in written


SAMPLE = {
    "kind": "termination", "title": "人民调解终止告知书", "number": "〔2026〕第1号", "organ": "村人民调解委员会", "code": "D-1",
    "date": "2026年3月2日", "matter": "边界", "to": "张三、李四", "parties": [], "told": True, "you": "你们", "preview": False,
    "check": "", "accepted_on": "2026年3月1日", "sessions": 1, "ground": "…", "ways": "诉讼", "ended_on": "", "category": "邻里",
}  # fmt: skip


def test_a_long_text_runs_over_many_pages_with_the_seal_on_the_last(office: Office) -> None:
    long = "\n".join(f"第{n}项：" + "经核实，该户承包地四至清楚，台账与现状一致。" * 12 for n in range(1, 41))
    code = office.answered(facts=long)
    office.do("issue_letter", code, at(4, 21), CLERK, kind="opinion")
    pages = PdfReader(io.BytesIO(office.desk.copy(code, 1, CLERK, "送达").content)).pages
    said = [re.sub(r"\s+", "", page.extract_text()) for page in pages]
    assert len(said) > 12 and "（印章）" in said[-1] and "（印章）" not in "".join(said[:-1])
    assert all(f"—{n}—" in page for n, page in enumerate(said[1:], 2)) and "—1—" not in said[0]
    assert [n for n in range(1, 41) if f"第{n}项：" not in "".join(said)] == []


def test_what_no_printer_shows_is_left_out() -> None:
    assert plain("a\tb\x00c\u200bd\r\n\u202e二  \n\n三\x1b") == "a bcd\n二\n\n三"


def test_articles_are_written_as_in_chinese_law() -> None:
    assert law("信访工作条例 (2022) Art. 23(2)") == "《信访工作条例》第二十三条第二款"
    assert (
        law("信访条例 (2005) Art. 34；暂停为本系统默认 / pause: product default") == "《信访条例》第三十四条"
    )
    assert law("浙江省信访条例 (2016)") == "《浙江省信访条例》"
    assert law("本系统默认，参照 / product default") == ""
    assert [numeral(n) for n in (1, 10, 11, 20, 35, 40)] == ["一", "十", "十一", "二十", "三十五", "四十"]
    for policy in builtin_policies().all():  # a letter never cites a default of the product as law
        for rule in policy.rules.values():
            assert "默认" not in law(rule.basis) and "default" not in law(rule.basis)


# The same letter is the same file.


def test_a_letter_is_the_same_bytes_in_another_process() -> None:
    here = hashlib.sha256(typesetter().pdf("termination-1", SAMPLE, at(3, 2))).hexdigest()
    program = (
        "import hashlib, json, sys; from datetime import datetime; from api.letters.typeset import typesetter; "
        "print(hashlib.sha256(typesetter().pdf('termination-1', json.loads(sys.argv[1]), "
        "datetime.fromisoformat(sys.argv[2]))).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", program, json.dumps(SAMPLE), at(3, 2).isoformat()],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "LC_ALL": "C"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert there.stdout.strip() == here


def test_a_letter_is_an_archivable_and_accessible_pdf() -> None:
    reader = PdfReader(io.BytesIO(typesetter().pdf("termination-1", SAMPLE, at(3, 2))))
    root: Any = reader.trailer["/Root"]
    assert b"<pdfaid:part>2</pdfaid:part>" in root["/Metadata"].get_data()
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("zh")
    assert reader.metadata is not None and reader.metadata.title == "人民调解终止告知书〔2026〕第1号"


def test_setting_a_letter_asks_no_network(tmp_path: Path) -> None:
    """A program whose only way out is a proxy that counts who knocks."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        way_out = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
        program = (
            "import json, sys; from datetime import datetime; from api.letters.typeset import typesetter; "
            "typesetter().pdf('termination-1', json.loads(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))"
        )
        subprocess.run(
            [sys.executable, "-c", program, json.dumps(SAMPLE), at(3, 2).isoformat()],
            cwd=ROOT,
            env={**os.environ, **dict.fromkeys(names, way_out)},
            check=True,
        )
        with pytest.raises(BlockingIOError):
            proxy.accept()
    for file in TEMPLATES.glob("*.typ"):
        imports = re.findall(r'#import "([^"]+)"', file.read_text(encoding="utf-8"))
        assert set(imports) <= {"paper.typ"}, file.name


def test_without_a_chinese_font_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class NoFonts:
        def families(self) -> list[str]:
            return ["DejaVu Sans", "Liberation Serif"]

    bare = Typesetter(tmp_path)
    monkeypatch.setitem(bare.__dict__, "_fonts", NoFonts())
    with pytest.raises(FontsMissing) as missing:
        bare.pdf("termination-1", SAMPLE, at(3, 2))
    assert missing.value.field == "GRIDCASE_FONT_FOLDER"
    assert "fonts-noto-cjk" in missing.value.remedy and "fonts-noto-cjk" in missing.value.remedy_zh


def test_the_faces_of_the_standard_come_before_those_that_stand_in() -> None:
    every = Typesetter()
    every.__dict__["_fonts"] = type(
        "All", (), {"families": lambda self: [*typeset.FANGSONG, *typeset.SONG, *typeset.HEI]}
    )()
    assert every.faces["fang"] == ["FangSong_GB2312"] and every.faces["song"] == ["FZXiaoBiaoSong-B05S"]
    assert every.faces["hei"] == ["SimHei"] and every.faces["kai"] == ["FangSong_GB2312"]


# Templates are part of what was issued.


def templates() -> str:
    files = sorted(file for file in TEMPLATES.glob("*-*.typ"))
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.stem}\n" for file in files)


def test_the_words_of_a_template_that_letters_were_made_of_never_change() -> None:
    """Other words are a new version in a new file. Once it is right: python -m tests.letters.test_printing"""
    assert templates() == PINNED.read_text(encoding="utf-8")


def test_every_kind_has_its_template() -> None:
    assert {letter.kind for letter in LETTERS.values()} == set(LetterKind)
    assert {letter.template for letter in LETTERS.values()} <= {file.stem for file in TEMPLATES.glob("*.typ")}


if __name__ == "__main__":
    PINNED.write_text(templates(), encoding="utf-8")
