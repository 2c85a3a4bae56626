"""Whatever is refused is told in Chinese and in English: no remedy exists in one language only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("domain", "workflows", "api", "eventlog", "projections", "gridcase")
CHINESE = re.compile("[\u3000-\u9fff]")
# Who words a remedy -> at which place of its call the Chinese one stands.
WORDED = {"Invalid": 3, "self.wrong": 3, "table.wrong": 3, "where.wrong": 3, "line.wrong": 3, "time.wrong": 3}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in WORDED:
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def in_chinese(call: ast.Call) -> bool:
    """Whether it tells a Chinese remedy: a text that has some in it, or what somebody else has worded."""
    place = WORDED[ast.unparse(call.func)]
    told = call.args[place] if len(call.args) > place else next(
        (one.value for one in call.keywords if one.arg == "remedy_zh"), None
    )  # fmt: skip
    if told is None:
        return any(isinstance(one, ast.Starred) for one in call.args)
    text = "".join(
        one.value for one in ast.walk(told) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    )
    return not isinstance(told, ast.Constant | ast.JoinedStr) or bool(CHINESE.search(text))


def test_every_wrong_field_has_its_remedy_in_chinese() -> None:
    found = list(calls())
    assert len(found) > 150
    assert [where for where, call in found if not in_chinese(call)] == []
