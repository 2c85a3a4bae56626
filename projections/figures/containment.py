"""就地化解: does a dispute end where it should? By severity, and the three plain rates (不出网格, 不出村, 不出镇).

The level is read from custody alone: who helps, or is told, does not hold the case. See domain rules 5.9.1.
"""

from __future__ import annotations

from domain.terms import Level
from projections.figures.definition import Figure
from projections.figures.movement import LEVEL_NAME

# The first ending that stands: merged and voided ones are none, unless that is how the case stands now (then it is
# listed as left out); and a failed mediation that was referred up in time was not the end.
ENDED = """
    SELECT e.code, e.decided_on, e.cases, k.type, k.origin AS unit, k.severity, k.category, k.channel, k.outcome, k.highest,
           CASE WHEN k.undone_how = 'reopened' AND k.undone_after <= :reopen_window THEN 1 ELSE 0 END AS reopened,
           CASE WHEN k.voided = 1 THEN 'voided'
                WHEN k.merged = 1 THEN 'merged'
                WHEN k.opted_out = 1 THEN 'opted_out'
                WHEN k.outcome = 'terminated' AND e.decided_on >= :pending_from THEN 'not_terminal'
                WHEN k.level_unknown = 1 THEN 'level_unknown' END AS reason
      FROM COUNTED(read_endings, ended) AS e
      JOIN read_ending_kinds k ON k.kind = e.kind
     WHERE k.type = 'dispute'
       AND CASE WHEN k.voided = 1 OR k.merged = 1 THEN k.first = 1
                ELSE k.stands_from <= :termination_window AND k.outcome NOT IN ('merged', 'voided')
                     AND NOT (k.outcome = 'terminated' AND k.opted_out = 0
                              AND COALESCE(k.undone_how, '') = 'referred_up' AND k.undone_after <= :termination_window)
                END
"""

EXCLUDED = {
    "voided": "entered by mistake (作废)",
    "merged": "handled in another case (并案)",
    "opted_out": (
        "a party refused, or went its own way (referred out with the ground `party_chose_court`, "
        "`party_chose_arbitration` or `party_chose_petition`), before anybody mediated: its right"
    ),
    "not_terminal": "mediation failed, and the time in which it may still be referred up has not run out",
    "level_unknown": "a foreign log that does not tell at which levels the case was held",
}
DECIDED = (
    "the first terminal event: resolved, referred out, withdrawn, or mediation terminated without a referral up "
    "within `termination_window_days`"
)
DIMENSIONS = ("severity", "unit", "month", "category", "channel")

CONTAINMENT = Figure(
    name="containment",
    title_zh="就地化解率",
    title_en="Contained at the level of its severity",
    question="Of the disputes that ended, how many were resolved at or below the level that their severity asks for?",
    formula=(
        "D = disputes by origin and peak severity that ended in the period, not opted out; "
        "N = of these, resolved, never held above the target level (小事 grid, 大事 village, 重大 township), "
        "and not reopened within `reopen_window_days`"
    ),
    decided=DECIDED,
    population=f"""
        SELECT code, cases, type, unit, decided_on, category, channel, severity,
               {LEVEL_NAME.format("highest")} AS level,
               COALESCE(reason, CASE WHEN severity IS NULL THEN 'imported_unknown_severity' END) AS reason,
               CASE WHEN outcome = 'resolved' AND reopened = 0 AND highest <= CASE severity
                    WHEN 'minor' THEN :target_minor WHEN 'major' THEN :target_major ELSE :target_serious END
                    THEN 1 ELSE 0 END AS n
          FROM ({ENDED}) AS ended
    """,
    edges=("pending_from",),
    by=("severity",),
    may=(*DIMENSIONS, "level"),
    excluded={**EXCLUDED, "imported_unknown_severity": "a foreign log that does not tell the severity"},
    levels=("grid", "village", "township", "county"),
)


def _plain(name: str, zh: str, level: Level) -> Figure:
    where = level.name.lower()
    return Figure(
        name=name,
        title_zh=zh,
        title_en=f"Did not leave the {where}",
        question=f"Of the disputes that ended, how many were resolved without ever being held above the {where}?",
        formula=(
            "D = disputes of every severity, by origin, that ended in the period, not opted out; "
            f"N = of these, resolved, never held above the {where}, and not reopened within `reopen_window_days`"
        ),
        decided=DECIDED,
        population=f"""
            SELECT code, cases, type, unit, decided_on, category, channel, severity, reason,
                   CASE WHEN outcome = 'resolved' AND reopened = 0 AND highest <= {int(level)}
                        THEN 1 ELSE 0 END AS n
              FROM ({ENDED}) AS ended
        """,
        edges=("pending_from",),
        by=(),
        may=DIMENSIONS,
        excluded=EXCLUDED,
    )


PLAIN = (
    _plain("contained_in_grid", "不出网格率", Level.GRID),
    _plain("contained_in_village", "不出村率", Level.VILLAGE),
    _plain("contained_in_township", "不出镇率", Level.TOWNSHIP),
)
