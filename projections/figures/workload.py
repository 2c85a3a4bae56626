"""Work and its order: deadlines kept, what is still open and how old it is, what was entered late."""

from __future__ import annotations

from projections.figures.definition import AGES, Figure
from projections.figures.movement import GONE, LEVEL_NAME, OUT

AGE = "CASE " + " ".join(
    f"WHEN :end_day - f.opened_day <= {age.partition('-')[2]} THEN '{age}'" for age in AGES[:-1]
) + f" ELSE '{AGES[-1]}' END"  # fmt: skip

BACKLOG = Figure(
    name="backlog",
    title_zh="未结案件",
    title_en="Open cases by age",
    question="How many cases are open at the end of the period, and how old are they?",
    formula=(
        "D = cases open at the end of the period (or at the knowledge cut, if that is earlier), by the unit that holds "
        "them then; by age, N is divided by the calendar days since the case was opened and D is the same in every "
        "row; otherwise N = open longer than 90 calendar days"
    ),
    decided="the end of the period",
    population=f"""
        SELECT f.code, f.type, s.unit, :end_on AS decided_on, f.category, f.channel,
               COALESCE(f.peak, 'unknown') AS severity, {LEVEL_NAME.format("s.level")} AS level, {AGE} AS age,
               {OUT} END AS reason,
               CASE WHEN :split = 1 OR :end_day - f.opened_day > 90 THEN 1 ELSE 0 END AS n
          FROM read_facts f
          JOIN read_spells s ON s.case_id = f.case_id AND s.seq = (
               SELECT MAX(x.seq) FROM read_spells x
                WHERE x.case_id = f.case_id AND x.entered_known <= :cut AND x.entered_at < :end)
         WHERE f.known_from <= :cut AND :cut < f.known_to AND f.opened_at < :end
           AND NOT EXISTS (
               SELECT 1 FROM read_endings e
                WHERE e.case_id = f.case_id AND e.ended_known <= :cut AND e.ended_at < :end
                  AND (e.undone_known IS NULL OR e.undone_known > :cut OR e.undone_at >= :end))
    """,
    by=("age",),
    may=("age", "unit", "level", "type", "severity", "category", "channel"),
    excluded=GONE,
    split="age",
)
