"""考核目标: what a figure is measured against, where the townships have agreed on a number. Figures know no target.

A share is on target from the number itself on. Few cases are told and not judged (docs/metrics.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TARGETS: Final[Mapping[str, float]] = {
    "first_petitions_on_time": 0.95,  # 初信初访按时办结率 (domain rules 5.9.2)
    "first_petitions_resolved": 0.80,  # 初信初访化解率 (5.9.3)
}
