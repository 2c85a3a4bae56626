"""Movement of cases: how often they go up, how often they come back, how long they stay (domain rules 5.9.5 to 5.9.7).

None of them is good or bad by itself: danger, a serious case and a party's wish are right reasons to refer up.
"""

from __future__ import annotations

from projections.figures.definition import Figure

GONE = {
    "voided": "entered by mistake (作废)",
    "merged": "handled in another case (并案)",
}
OUT = "CASE WHEN f.voided = 1 THEN 'voided' WHEN f.merged = 1 THEN 'merged'"
LEVEL_NAME = (
    "CASE {0} WHEN 0 THEN 'grid' WHEN 1 THEN 'village' WHEN 2 THEN 'township' WHEN 3 THEN 'county' "
    "WHEN 4 THEN 'city' WHEN 5 THEN 'province' ELSE 'unknown' END"
)

ESCALATION = Figure(
    name="escalation",
    title_zh="上报率",
    title_en="Referred up from a level",
    question="Of the disputes that a level accepted, how many did it refer up, and why?",
    formula=(
        "D = disputes accepted at the level for the first time, by a unit asked for, in the period; "
        "N = of these, first referred up from that level (one level, or by the skip rule) within "
        "`escalation_window_days`; by reason, N is divided and D is the same in every row"
    ),
    decided="the first acceptance at the level; provisional until the window after the period has passed",
    population=f"""
        SELECT f.code, 1 AS cases, f.type, s.unit, s.taken_on AS decided_on, f.category, f.channel,
               f.peak AS severity, {LEVEL_NAME.format("s.level")} AS level,
               COALESCE(s.escalated_ground, '') AS reason_up,
               {OUT} END AS reason,
               CASE WHEN s.escalated_known <= :cut AND s.escalated_day - s.taken_day <= :escalation_window
                    THEN 1 ELSE 0 END AS n
          FROM read_spells s
          JOIN read_facts f ON f.case_id = s.case_id AND f.known_from <= :cut AND :cut < f.known_to
         WHERE s.first_taken = 1 AND s.taken_known <= :cut AND f.type = 'dispute'
           AND s.taken_on >= :from AND s.taken_on < :to
    """,
    by=("level",),
    may=("level", "reason", "unit", "month", "severity", "category", "channel"),
    excluded=GONE,
    split="reason",
    levels=("village", "township"),
    window="escalation_window",
)

REOPEN = Figure(
    name="reopen",
    title_zh="重新办理率",
    title_en="Reopened or raised again",
    question="Of the cases that were closed, how many were reopened, or raised again by the same petitioner?",
    formula=(
        "D = closings in the period, by the unit that closed; N = of these, followed by the first reopening or a "
        "repeated submission of the same matter within `reopen_window_days`"
    ),
    decided="the closing; provisional until the window after the period has passed",
    population=f"""
        SELECT e.code, e.cases, k.type, k.unit, e.decided_on, k.category, k.channel,
               k.severity, {LEVEL_NAME.format("k.level")} AS level, k.outcome,
               CASE WHEN k.voided = 1 THEN 'voided'
                    WHEN k.merged = 1 THEN 'merged'
                    WHEN k.undone_how = 'referred_up' AND k.undone_after <= :termination_window THEN 'referred_up'
                    WHEN k.undone_how = 'withdrawal_revoked' THEN 'withdrawal_revoked' END AS reason,
               CASE WHEN (k.undone_how = 'reopened' AND k.undone_after <= :reopen_window)
                      OR k.repeat_after <= :reopen_window THEN 1 ELSE 0 END AS n
          FROM COUNTED(read_endings, ended) AS e
          JOIN read_ending_kinds k ON k.kind = e.kind
         WHERE k.outcome NOT IN ('merged', 'voided')
    """,
    by=(),
    may=("type", "outcome", "level", "unit", "month", "severity", "category", "channel"),
    excluded={
        **GONE,
        "referred_up": "mediation failed and the case went up a level: it was not at its end",
        "withdrawal_revoked": "the withdrawal did not stand: it was not at its end",
    },
    window="reopen_window",
)

TIME_IN_LEVEL = Figure(
    name="time_in_level",
    title_zh="层级停留时间",
    title_en="Time in a level",
    question="How many days does a case stay with a unit of each level?",
    formula=(
        "Stays that ended in the period, from the offer to the unit (waiting for acceptance is the receiver's time) to "
        "the next offer away, the return or the closing. Rows: gross, and net of lawful pauses; median (mean of the "
        "middle two), P90 (the shortest length that nine in ten stays do not exceed) and maximum, in days of 86,400 "
        "seconds. D = stays; N = those not longer than the value"
    ),
    decided="the end of the stay",
    population=f"""
        SELECT f.code, 1 AS cases, f.type, s.unit,
               CASE WHEN s.left_known <= :cut THEN s.left_on ELSE :end_on END AS decided_on, f.category, f.channel,
               f.peak AS severity, {LEVEL_NAME.format("s.level")} AS level,
               CASE WHEN s.left_known <= :cut THEN s.ended ELSE 'open' END AS ended,
               {OUT} WHEN s.left_known IS NULL OR s.left_known > :cut THEN 'open'
                     WHEN s.level IS NULL THEN 'level_unknown' END AS reason,
               s.held AS gross, s.held - s.paused AS net
          FROM read_spells s
          JOIN read_facts f ON f.case_id = s.case_id AND f.known_from <= :cut AND :cut < f.known_to
         WHERE s.entered_known <= :cut AND s.entered_at < :end
    """,
    by=("level",),
    may=("level", "unit", "type", "month", "severity", "category", "channel", "ended"),
    excluded={
        **GONE,
        "open": "the stay lasts: its age is told by `backlog`",
        "level_unknown": "a foreign log that does not tell the level",
    },
    levels=("grid", "village", "township", "county"),
    lengths=True,
)
