"""Bodies of the main commands, as a mediator's day needs them. Shown in the API document; a test sends every one.

They are told of one dispute in the grid 330604-101-01 of the village 330604-101, and of one petition.
"""

from __future__ import annotations

from typing import Any

GRID, VILLAGE, TOWNSHIP = "330604-101-01", "330604-101", "330604-100"


def by(user: str, post: str, unit: str) -> dict[str, str]:
    return {"user": user, "post": post, "unit": unit}


REPORTER = by("chen.reporter", "reporter", GRID)
MEDIATOR = by("li.mediator", "mediator", VILLAGE)
HEAD = by("wang.head", "unit_head", VILLAGE)

# operationId -> body
EXAMPLES: dict[str, dict[str, Any]] = {
    "dispute_report": {
        "actor": REPORTER,
        "people": [
            {"subject_id": "S-1001", "name": "张三", "phone": "13800000001"},
            {"subject_id": "S-1002", "name": "李四"},
        ],
        "facts": {
            "origin": GRID,
            "channel": "visit",
            "title": "张三与李四因宅基地边界起争执",
            "category": "neighbour",
            "parties": [{"subject": "S-1001"}, {"subject": "S-1002"}],
        },
    },
    "dispute_offer": {"actor": REPORTER, "facts": {"unit": VILLAGE}},
    "dispute_accept": {"actor": MEDIATOR, "facts": {"within_scope": True}},
    "dispute_assign_mediator": {"actor": HEAD, "facts": {"chair": "li.mediator"}},
    "dispute_explain_rights": {"actor": MEDIATOR, "facts": {"told": ["S-1001", "S-1002"]}},
    "dispute_consent": {"actor": MEDIATOR, "facts": {"party": "S-1001"}},
    "dispute_open_mediation": {"actor": MEDIATOR},
    "dispute_hold_session": {
        "actor": MEDIATOR,
        "facts": {
            "place": "村调解室",
            "attended": ["S-1001", "S-1002", "li.mediator"],
            "record": "双方同意以现有界石为准。",
        },
    },
    "dispute_agree": {
        "actor": MEDIATOR,
        "facts": {
            "form": "written",
            "effective_on": "2026-03-02",
            "facts": "两户宅基地相邻, 界石被移。",
            "terms": "恢复原界石, 各负担一半费用。",
            "obligations": [{"who": "S-1001", "what": "恢复界石", "due": "2026-03-20"}],
            "signed_by": ["S-1001", "S-1002"],
            "mediator_signed": True,
            "sealed": True,
        },
    },
    "dispute_fulfil": {"actor": MEDIATOR, "facts": {"number": 1, "proof": "现场照片 3 张"}},
    "dispute_visit": {"actor": MEDIATOR, "facts": {"visitor": "li.mediator", "satisfied": "yes"}},
    "dispute_resolve": {"actor": HEAD, "facts": {"evidence": "界石已恢复, 双方签字"}},
}
