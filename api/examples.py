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
WINDOW = by("zhou.window", "intake", TOWNSHIP)
HANDLER = by("wu.handler", "handler", TOWNSHIP)
TOWN_HEAD = by("zheng.head", "unit_head", TOWNSHIP)

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
    "petition_receive": {
        "actor": WINDOW,
        "people": [{"subject_id": "S-2001", "name": "王五", "address": "第一网格 12 号"}],
        "facts": {
            "origin": TOWNSHIP,
            "channel": "visit",
            "title": "王五反映征地补偿未发放",
            "by_office": False,
            "record": "来访人王五称 2024 年征地补偿至今未发放。",
            "parties": [{"subject": "S-2001", "part": "petitioner"}],
        },
    },
    "petition_register": {
        "actor": WINDOW,
        "facts": {
            "receipt": "镇访〔2026〕12号",
            "petitioners": [{"subject": "S-2001", "part": "petitioner"}],
            "request": "发放征地补偿",
            "facts": "2024 年征地 1.2 亩, 补偿未到账。",
        },
    },
    "petition_recognise_first": {"actor": WINDOW, "facts": {"searched": "按事项和信访人查无此前来件"}},
    "petition_classify": {"actor": WINDOW, "facts": {"petition_class": "claim_other"}},
    "petition_accept": {
        "actor": WINDOW,
        "facts": {
            "competent": True,
            "handler": "wu.handler",
            "conflict_checked": True,
            "notice": "受理告知书回执 3 月 2 日",
        },
    },
    "petition_hear_statement": {"actor": HANDLER, "facts": {"party": "S-2001", "record": "陈述笔录 1 份"}},
    "petition_verify_fact": {
        "actor": HANDLER,
        "facts": {"fact": "补偿是否到账", "finding": "未到账, 账号有误", "evidence": "银行回单"},
    },
    "petition_issue_opinion": {
        "actor": TOWN_HEAD,
        "facts": {
            "result": "support",
            "request": "发放征地补偿",
            "facts": "账号登记有误, 补偿退回。",
            "opinion": "十五日内重新发放。",
            "legal_basis": "信访工作条例第三十二条",
            "remedy": "收到之日起三十日内可请求县级复查",
        },
    },
    "petition_deliver": {
        "actor": WINDOW,
        "facts": {"method": "当面送达", "received_on": "2026-03-02", "proof": "送达回证"},
    },
}
