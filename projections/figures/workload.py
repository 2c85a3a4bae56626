"""Work and its order: deadlines kept, what is still open and how old it is, what was entered late."""

from __future__ import annotations

from domain.policy import builtin_policies
from domain.rule import Breach
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
        SELECT f.code, 1 AS cases, f.type, s.unit, :end_on AS decided_on, f.category, f.channel,
               f.peak AS severity, {LEVEL_NAME.format("s.level")} AS level, {AGE} AS age,
               {OUT} END AS reason,
               CASE WHEN :split = 1 OR :end_day - f.opened_day > 90 THEN 1 ELSE 0 END AS n
          FROM read_facts f
          JOIN read_spells s ON s.case_id = f.case_id AND s.seq = (
               SELECT MAX(x.seq) FROM read_spells x
                WHERE x.case_id = f.case_id AND x.entered_known <= :cut AND x.entered_at < :end)
         WHERE f.known_from <= :cut AND :cut < f.known_to AND f.opened_at < :end
           AND NOT EXISTS (
               SELECT 1 FROM read_endings e
                WHERE e.case_id = f.case_id AND e.known_from <= :cut AND :cut < e.known_to AND e.ended_at < :end
                  AND (e.undone_at IS NULL OR e.undone_at >= :end))
    """,
    by=("age",),
    may=("age", "unit", "level", "type", "severity", "category", "channel"),
    excluded=GONE,
    split="age",
)

# Rights of citizens and obligations between parties: nobody's duty, so none is kept or broken by a unit.
NO_DUTY = sorted(
    {
        rule.code
        for policy in builtin_policies().all()
        for rule in policy.rules.values()
        if rule.breach in (Breach.LAPSE, Breach.INFO, Breach.NONE)
    }
)
STOPPED = "t.stopped_known <= :cut"

DEADLINES_KEPT = Figure(
    name="deadlines_kept",
    title_zh="按期办理率",
    title_en="Deadlines kept",
    question="Of the deadlines that were decided, how many were met by their due instant?",
    formula=(
        "D = runs of a deadline that were met, or whose due instant passed unmet, in the period, by the unit that held "
        "the case when the deadline started; N = met before the due instant. A pause still open when it was met counts "
        "for the unit"
    ),
    decided="when it was met in time, else the due instant: the first at which it was late",
    population=f"""
        SELECT f.code, 1 AS cases, f.type, t.unit, t.rule, f.category, f.channel, f.peak AS severity,
               CASE WHEN {STOPPED} AND (t.kept = 1 OR (t.status = 'cancelled' AND t.stopped_at < t.due))
                    THEN t.stopped_on ELSE t.due_on END AS decided_on,
               {OUT} WHEN t.rule IN ({", ".join(f"'{code}'" for code in NO_DUTY)}) THEN 'no_duty'
                    WHEN {STOPPED} AND t.status = 'lapsed' THEN 'no_duty'
                    WHEN {STOPPED} AND t.status = 'cancelled' AND t.stopped_at < t.due THEN 'cancelled'
                    WHEN {STOPPED} THEN NULL
                    WHEN t.paused = 1 THEN 'paused'
                    WHEN t.due > :cut THEN 'coming' END AS reason,
               CASE WHEN {STOPPED} AND t.kept = 1 THEN 1 ELSE 0 END AS n
          FROM read_terms t
          JOIN read_facts f ON f.case_id = t.case_id AND f.known_from <= :cut AND :cut < f.known_to
         WHERE t.known_from <= :cut AND :cut < t.known_to
    """,
    by=("rule",),
    may=("rule", "unit", "month", "type", "severity", "category", "channel"),
    excluded={
        **GONE,
        "no_duty": "a right that was not used, or an obligation between the parties",
        "cancelled": "the duty fell away before it was due",
        "paused": "the term is paused by law",
        "coming": "not met, and not due at the knowledge cut",
    },
)

LATE_ENTRIES = Figure(
    name="late_entries",
    title_zh="补录率",
    title_en="Entered late",
    question="Of what was entered, how much was entered long after it happened?",
    formula=(
        "D = events recorded in the period, by the unit of whoever entered them; N = of these, marked as entered late "
        "(recorded more than `late_entry_hours` after they happened)"
    ),
    decided="the recording",
    population="""
        SELECT f.code, 1 AS cases, f.type, a.unit, a.source, f.category, f.channel, LOCAL_DAY(a.recorded_at) AS decided_on,
               CASE WHEN a.late = 'import' THEN 'imported' END AS reason,
               CASE WHEN a.late = 'late' THEN 1 ELSE 0 END AS n
          FROM read_audit a
          JOIN read_facts f ON f.case_id = a.case_id AND f.known_from <= :cut AND :cut < f.known_to
         WHERE a.recorded_at <= :cut AND a.recorded_at >= :start AND a.recorded_at < :stop
    """,
    by=(),
    may=("unit", "month", "source", "type", "category", "channel"),
    excluded={"imported": "from a foreign log, which was never entered here"},
)
