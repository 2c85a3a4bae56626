"""Every figure by its name."""

from __future__ import annotations

from projections.figures.containment import CONTAINMENT, PLAIN
from projections.figures.definition import Figure
from projections.figures.movement import ESCALATION, REOPEN, TIME_IN_LEVEL
from projections.figures.petitions import ON_TIME, RESOLVED
from projections.figures.workload import BACKLOG, DEADLINES_KEPT, LATE_ENTRIES

FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        CONTAINMENT,
        *PLAIN,
        ESCALATION,
        REOPEN,
        TIME_IN_LEVEL,
        ON_TIME,
        RESOLVED,
        DEADLINES_KEPT,
        BACKLOG,
        LATE_ENTRIES,
    )
}
