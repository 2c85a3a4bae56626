"""The house rules that no tool checks: what domain may import, and what a wheel carries."""

import ast
import sys
import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[1]
FOLDERS = ("domain", "workflows", "eventlog", "projections", "api")


def imported_names(file):
    """(line, dotted name) of every import in a file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def test_domain_imports_only_the_standard_library_and_eventsourcing_domain():
    strangers = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in sorted((ROOT / "domain").rglob("*.py"))
        for line, name in imported_names(file)
        if name.split(".")[0] not in (sys.stdlib_module_names | {"domain"}) and name != "eventsourcing.domain"
    ]
    assert strangers == []


def test_a_wheel_carries_every_folder_whole_and_installs_nothing_but_gridcase(tmp_path):
    wheel = next(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))
    carried = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        f"gridcase/house/{file.relative_to(ROOT).as_posix()}"
        for folder in FOLDERS
        for file in (ROOT / folder).rglob("*")
        if file.is_file()
        and file.suffix in (".py", ".toml", ".csv", ".html", ".css", ".js", ".svg", ".po", ".typ")
    }
    assert expected <= carried
    assert {name.split("/")[0] for name in carried} == {"gridcase", "gridcase-0.1.0.dist-info"}


def test_no_function_lets_msgspec_learn_a_type_by_itself():
    """It would crash the process when two threads do so at once (eventlog/learned.py); at import there is one thread."""
    strangers = []
    for folder in (*FOLDERS, "gridcase"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if file.name == "learned.py" or not isinstance(
                    function, (ast.FunctionDef, ast.AsyncFunctionDef)
                ):
                    continue
                for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                    typed = any(keyword.arg == "type" for keyword in call.keywords)
                    said = ast.unparse(call.func)
                    if said.startswith("msgspec.") and (
                        said.endswith("Decoder") or (said.endswith(".decode") and typed)
                    ):
                        strangers.append(f"{file.relative_to(ROOT)}:{call.lineno} {said}")
    assert strangers == []
