"""The page of the figures (docs/metrics.md), written from their definitions. Change those, never the page."""

from __future__ import annotations

from projections.figures.catalogue import FIGURES
from projections.figures.definition import Figure

INTRODUCTION = """# Figures 指标

Written by `make docs` from `projections/figures/`; change the definitions, not this page. Ask for a figure with
`gridcase figures NAME --unit CODE --from DATE --to DATE [--by DIMENSION,…]` or `GET /api/v1/figures/NAME`.

What holds for all of them:

* **Period.** `[from, to)` in local days (Asia/Shanghai): `to` is the first day that no longer belongs to it. January
  is `--from 2026-01-01 --to 2026-02-01`.
* **Decision instant.** Each case counts once, on the local day on which the figure was decided for it.
* **Unit.** The asked unit and all that belonged to it *on the day of the decision*. A unit that was merged answers
  under its heir from that day on, and under its own name before.
* **Knowledge cut.** Only what was recorded up to the cut counts; the default is the instant of the question. A later
  correction restates the figure, and at the earlier cut the earlier one stays readable
  ([decision 3](decisions/0003-knowledge-cut.md)).
* **Answer.** `numerator`, `denominator`, `value` = numerator / denominator, exact and then rounded half up at four
  digits, and `null` for 0/0. Lengths of time say in their formula what the three are.
* **Excluded.** What is left out of the denominator is counted by its reason. Cases entered by mistake or merged into
  another are left out everywhere.
* **Unknown.** What an imported history does not tell is `unknown`, never guessed.
* **Limits.** Names in `code` such as `reopen_window_days` are numbers of the policy (docs/deadlines.md). Days are
  calendar days; the first is the day after.
* **Ethics.** Going to court is a right and never lowers a figure. Silence is its own column. A high escalation is not
  bad by itself: danger, a serious case and a party's wish are right reasons.
"""


def metrics_page() -> str:
    return "\n".join([INTRODUCTION, _contents(), *(_section(figure) for figure in FIGURES.values())])


def _contents() -> str:
    lines = [f"| [`{f.name}`](#{f.name}) | {f.title_zh} | {f.title_en} |" for f in FIGURES.values()]
    return "\n".join(["| name | 指标 | figure |", "|---|---|---|", *lines, ""])


def _section(figure: Figure) -> str:
    by = ", ".join(figure.by) or "nothing (one row)"
    lines = [
        f"## `{figure.name}`",
        "",
        f"{figure.title_zh} · {figure.title_en}. Formula version: {figure.version}.",
        "",
        f"* **Question**: {figure.question}",
        f"* **Formula**: {figure.formula}.",
        f"* **Decided**: {figure.decided}.",
        f"* **Broken down** by {by}; may be by {', '.join(figure.may)}.",
    ]
    if figure.window:
        lines.append("* **Provisional**: each row says whether later events may still change it.")
    lines += ["", "| excluded | because |", "|---|---|"]
    lines += [f"| `{reason}` | {why} |" for reason, why in figure.excluded.items()]
    return "\n".join([*lines, ""])
