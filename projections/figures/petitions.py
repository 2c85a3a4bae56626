"""First petitions (初信初访): concluded in time, and settled in life (domain rules 5.9.2, 5.9.3).

Silence of a petitioner is its own column, never a yes.
"""

from __future__ import annotations

from projections.figures.definition import Figure

KNOWN = "f.type = 'petition' AND f.known_from <= :cut AND :cut < f.known_to"
OUT = """CASE WHEN f.voided = 1 THEN 'voided'
                WHEN f.merged = 1 THEN 'merged'
                WHEN f.first = 0 THEN 'not_first'
                WHEN f.first IS NULL THEN 'first_unknown'"""
NOT_FIRST = {
    "voided": "entered by mistake (作废)",
    "merged": "a submission in another petition",
    "not_first": "a repeat of a matter raised before (重复信访)",
    "first_unknown": "nobody has decided yet whether it is a first petition",
}
COLUMNS = """f.code, 1 AS cases, f.type, COALESCE(f.handle_unit, f.origin) AS unit, f.channel, f.petition_class AS class"""

# Each petition counts once: when it was concluded, or when it became late. The ending is a closing that ended the duty.
CLOCKED = f"""
    SELECT {COLUMNS}, f.voided, f.merged, f.first, f.concluded_at, f.handle_due, f.handle_status,
           CASE WHEN f.concluded_at < f.handle_due THEN f.concluded_at ELSE f.handle_due END AS decided_at,
           CASE WHEN f.concluded_at < f.handle_due THEN f.concluded_on ELSE f.handle_due_on END AS decided_on,
           e.ended_at, e.ended_on, k.outcome
      FROM read_facts f
      LEFT JOIN read_endings e ON e.case_id = f.case_id AND e.known_from <= :cut AND :cut < e.known_to AND e.seq = (
           SELECT MIN(x.seq) FROM read_endings x JOIN read_ending_kinds y ON y.kind = x.kind
            WHERE x.case_id = f.case_id AND x.known_from <= :cut AND :cut < x.known_to
              AND y.outcome IN ('declined', 'diverted', 'withdrawn') AND x.undone_at IS NULL)
      LEFT JOIN read_ending_kinds k ON k.kind = e.kind
     WHERE {KNOWN} AND f.handle_started_at IS NOT NULL
"""

ON_TIME = Figure(
    name="first_petitions_on_time",
    title_zh="初信初访按时办结率",
    title_en="First petitions concluded in time",
    question="Of the first petitions whose handling was due, how many were concluded within the term?",
    formula=(
        "δ = the earlier of the conclusion (opinion or settlement) and the due instant of P-HANDLE, with its lawful "
        "pauses and extension; D = first petitions with δ in the period, by the handling unit; N = concluded before "
        "the due instant. An opinion entered late counts from its recording"
    ),
    decided="δ: early ones when they were concluded, late ones when they became late",
    population=f"""
        SELECT f.code, f.cases, f.type, f.unit, f.channel, f.class,
               CASE WHEN f.ended_at < f.decided_at THEN f.ended_on ELSE f.decided_on END AS decided_on,
               {OUT}
                    WHEN f.ended_at < f.decided_at THEN f.outcome
                    WHEN f.concluded_at IS NULL AND f.handle_status = 'paused' THEN 'paused'
                    WHEN f.concluded_at IS NULL AND f.handle_status <> 'running' THEN 'cancelled'
                    WHEN f.concluded_at IS NULL AND f.handle_due > :cut THEN 'coming' END AS reason,
               CASE WHEN f.concluded_at < f.handle_due THEN 1 ELSE 0 END AS n
          FROM ({CLOCKED}) AS f
    """,
    by=(),
    may=("unit", "month", "channel", "class"),
    excluded={
        **NOT_FIRST,
        "declined": "not accepted before δ",
        "diverted": "led to another legal procedure before δ",
        "withdrawn": "withdrawn by the petitioner before δ",
        "paused": "the term is paused by law",
        "cancelled": "the sixty days no longer apply (another class)",
        "coming": "not concluded, and not due at the knowledge cut",
    },
)

# What stood at the end of the window: the last word on the resolution, a repeat, the execution of what was supported.
WITHIN = """
    SELECT {0} FROM read_marks m
     WHERE m.case_id = f.case_id AND m.marked_known <= :cut AND m.marked_day - f.concluded_day <= :resolution_window
"""

RESOLVED = Figure(
    name="first_petitions_resolved",
    title_zh="初信初访化解率",
    title_en="First petitions resolved",
    question="Of the first petitions that were concluded, how many were settled in life?",
    formula=(
        "D = first petitions concluded in the period, by the handling unit; N = of these, known as resolved 90 "
        "calendar days after the conclusion, not raised again in these days, and, where the opinion supports the "
        "petitioner, executed. `unknown` = nothing is known on that day: silence is never a yes"
    ),
    decided="the conclusion (opinion or settlement); provisional until 90 days after the period",
    population=f"""
        SELECT {COLUMNS}, f.concluded_on AS decided_on, {OUT} END AS reason,
               CASE WHEN EXISTS ({WITHIN.format("1")} AND m.mark IN ('resolved', 'revoked'))
                    THEN 0 ELSE 1 END AS unknown,
               CASE WHEN ({WITHIN.format("m.mark")} AND m.mark IN ('resolved', 'revoked')
                           ORDER BY m.marked_day DESC, m.seq DESC LIMIT 1) = 'resolved'
                     AND NOT EXISTS ({WITHIN.format("1")} AND m.mark = 'repeat' AND m.marked_day > f.concluded_day)
                     AND (COALESCE(f.result, '') <> 'support'
                          OR EXISTS ({WITHIN.format("1")} AND m.mark = 'executed'))
                    THEN 1 ELSE 0 END AS n
          FROM read_facts f
         WHERE {KNOWN} AND f.concluded_at IS NOT NULL
    """,
    by=(),
    may=("unit", "month", "channel", "class"),
    excluded=NOT_FIRST,
    window="resolution_window",
    unknown=True,
)
