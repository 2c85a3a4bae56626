"""Writes what the code already knows into the docs: statecharts, golden matrices, the OpenAPI file. `--check` only compares.

Run by `make docs` and `make check`. Nothing is written here by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from docs import authority, events, glossary, letters
from domain.policy import builtin_policies, rule_table
from projections.figures.page import metrics_page
from workflows.dispute import DISPUTE
from workflows.drawing import markdown, matrix, mermaid
from workflows.petition import PETITION

ROOT = Path(__file__).resolve().parent.parent
TITLES = {"dispute": "Disputes 矛盾纠纷", "petition": "Petitions 信访事项"}


def pages() -> Iterator[tuple[str, str]]:
    """Every generated file: its path in the checkout and what it must hold."""
    for table in (DISPUTE, PETITION):
        name = table.case_type
        yield f"tests/golden/{name}_matrix.txt", matrix(table)
        yield f"tests/golden/{name}_authority.txt", authority.matrix(table)
        yield (
            f"docs/workflows/{name}.md",
            (
                f"# {TITLES[name]}\n\nGenerated from `workflows/{name}.py` by `make docs`; change the table, not this page.\n\n"
                f"```mermaid\n{mermaid(table)}\n```\n\n{markdown(table)}\n"
            ),
        )
    for policy in builtin_policies().all():
        yield (
            f"docs/policies/{policy.id}.md",
            (
                f"# {policy.title_zh} · {policy.title_en}\n\n`{policy.ref}`, in force from {policy.effective_from} "
                f"to {policy.effective_to or 'today'}. Generated from `domain/policies/` by `make docs`.\n\n"
                f"{rule_table(policy)}\n"
            ),
        )
    yield "docs/authority.md", authority.page()
    yield "docs/glossary.md", glossary.page()
    yield "docs/metrics.md", metrics_page()
    yield "docs/events.md", events.page()
    yield "docs/letters.md", letters.page()
    yield "docs/openapi.json", openapi()


def openapi() -> str:
    from api.openapi import document

    return document()


def main(check: bool) -> int:
    stale = []
    for path, text in pages():
        file = ROOT / path
        if file.exists() and file.read_text(encoding="utf-8") == text:
            continue
        stale.append(path)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path}")
    if check and stale:
        print("Run `make docs`, read the difference, and commit it with the change that caused it.")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
