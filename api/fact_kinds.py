"""What a text in a form stands for: a unit, an account, a party of the case, a key of the policies, or plain words.

Data, for whoever builds a form from `allowed`, and for our own pages. A fact that is not told here is one line of words.
Do not put what an enumeration says already in here: types come from the events.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNIT = "unit"  # a unit's code
USER = "user"  # an account
PARTY = "party"  # a reference of a party of the case
PERSON = "person"  # a party's reference or an account
CASE = "case"  # another case's code
PART = "part"  # which part somebody has in the matter
CAUSE = "cause"  # what may lawfully stop a deadline: a key of the policies
DANGER = "danger"  # a kind of danger: a key of the policies
OWED = "owed"  # the number of an obligation of the agreement
SUPERVISION = "supervision"  # the number of a supervision of the case
CORRECTABLE = "correctable"  # a fact of the case that can be corrected
PROSE = "prose"  # words that may run over several lines

KINDS: Final = (UNIT, USER, PARTY, PERSON, CASE, PART, CAUSE, DANGER, OWED, SUPERVISION, CORRECTABLE, PROSE)

# What a fact of this name is, wherever it is asked for.
BY_NAME: Final[Mapping[str, str]] = {
    **dict.fromkeys(("unit", "origin", "object_unit", "members", "to"), UNIT),
    **dict.fromkeys(
        ("chair", "mediators", "mediator", "handler", "leader", "person", "responsible", "visitor", "proposed_by",
         "second_approver", "approved_by"),
        USER,
    ),
    **dict.fromkeys(
        ("party", "subject", "applicants", "asked_by", "agreed_by", "signed_by", "withdrawn_by", "who"), PARTY
    ),
    **dict.fromkeys(("attended", "consents"), PERSON),
    **dict.fromkeys(("other", "lead", "dispute"), CASE),
    **dict.fromkeys(
        ("facts", "terms", "record", "summary", "statement", "ways_told", "tried", "content", "measure", "reply", "report",
         "duty", "reasons", "request", "opinion", "remedy", "decision", "finding", "evidence", "exemption_evidence",
         "elsewhere", "excluded", "ground", "answers", "text", "guarantee", "aim", "entry_error", "new_facts", "searched",
         "result", "relation_told", "purpose", "competence", "why", "aid", "other_way", "legal_basis"),
        PROSE,
    ),
    "part": PART,
    "cause": CAUSE,
    "rule": DANGER,
    "number": OWED,
    "field": CORRECTABLE,
}  # fmt: skip

# What it is in the form of one trigger, where that differs.
BY_TRIGGER: Final[Mapping[tuple[str, str], str]] = {
    ("explain_rights", "told"): PARTY,
    ("skip_level", "told"): UNIT,
    ("verify_withdrawal", "told"): PROSE,
    ("form_joint", "lead"): UNIT,
    ("replace_mediator", "old"): USER,
    ("replace_mediator", "new"): USER,
    ("answer_supervision", "number"): SUPERVISION,
    ("lift_supervision", "number"): SUPERVISION,
    ("start_mediation", "other_side"): PERSON,
    ("settle", "signed_by"): PERSON,
}


def kind_of(trigger: str, fact: str) -> str:
    """What a text or a number of this form stands for; "" for one line of words."""
    return BY_TRIGGER.get((trigger, fact), BY_NAME.get(fact, ""))
