"""Which letters (文书) a case may have, and when: one row per kind, read by guards, API, pages, docs and the writer.

A letter tells of a decision. Where the law asks that people are told before the decision counts (受理、延期、不予受理,
and the agreement, which is signed first and recorded then), the letter may be made of drafted facts in the states from
which the decision leads on. What a letter says is in api/letters; do not put words here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain import petition_handling as h
from domain import petition_intake as i
from domain.agreement import AgreementReached
from domain.case import CaseEvent
from domain.dispute import Form
from domain.letter import IssuedLetter, LetterIssued, LetterKind
from domain.mediation import MediationTerminated, SessionHeld
from domain.terms import Role
from workflows.move import Move, guard
from workflows.table import ANY, SAME, Row
from workflows.who import holder

K, R = LetterKind, Role


@dataclass(frozen=True, slots=True)
class Letter:
    """One kind of letter.

    `tells` is the decision that it tells of (None: it goes with another letter), `trigger` what records it; in the
    states `before` that, it may be made of the facts `drafts`. `to_one` has an addressee, else it is for all parties.
    `stands` says whether a decision that was recorded still does. `template` is the file and its version.
    """

    kind: LetterKind
    case_type: str
    template: str
    tells: type[CaseEvent] | None
    to_one: bool
    trigger: str = ""
    before: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    stands: Callable[[Any], bool] = lambda case: True

    def fits(self, state: str) -> bool:
        """Whether its decision could be made from this state: `*.mediating` is that phase in every stage."""
        return any(state.endswith(one[1:]) if one.startswith("*") else state == one for one in self.before)


def opinion_stands(case: Any) -> bool:
    return case.opinion is not None and case.opinion.unit == case.holder


def written(case: Any) -> bool:
    return case.agreement is not None and case.agreement.form is Form.WRITTEN


NEW_MATTER = ("reported.registered", "reported.routed")
AT_WORK = ("township_coordination.handling", "village_mediation.mediating")
IN_MEDIATION = ("*.accepted", "*.mediating", "*.suspended")

# fmt: off
LETTERS: Final = {letter.kind: letter for letter in (
    #      kind           of a        file, version      tells of               to one  recorded by  or, from these states,            of these drafted facts                  and it still stands
    Letter(K.RECEIPT,     "petition", "receipt-1",       i.PetitionRegistered,  True),
    Letter(K.ACCEPTANCE,  "petition", "acceptance-1",    i.PetitionAccepted,    True,   "accept",    NEW_MATTER),
    Letter(K.REFUSAL,     "petition", "refusal-1",       i.PetitionNotAccepted, True,   "decline",   NEW_MATTER,                       ("ground", "legal_basis", "other_way")),
    Letter(K.EXTENSION,   "petition", "extension-1",     h.HandlingExtended,    True,   "extend",    AT_WORK,                          ("days", "reasons"),                    lambda case: case.extended),
    Letter(K.OPINION,     "petition", "opinion-1",       h.OpinionIssued,       True,   stands=opinion_stands),
    Letter(K.RECORD,      "dispute",  "record-1",        SessionHeld,           False),
    Letter(K.AGREEMENT,   "dispute",  "agreement-1",     AgreementReached,      False,  "agree",     ("*.mediating",),                 ("facts", "terms", "obligations"),      written),
    Letter(K.TERMINATION, "dispute",  "termination-1",   MediationTerminated,   False,  "terminate", IN_MEDIATION,                     ("ground", "ways_told"),                lambda case: case.outcome == "terminated"),
    Letter(K.DELIVERY,    "",         "delivery-1",      None,                  True,   stands=lambda case: any(one.kind is not K.DELIVERY for one in case.letters)),
)}
# fmt: on


def told(letter: Letter, case: Any) -> bool:
    """Whether its decision is recorded, by the unit that holds the case now, and stands (没有被撤销)."""
    if letter.case_type not in ("", case.TYPE):
        return False
    here = letter.tells is None or case.held.get(letter.tells.__name__) == case.holder
    return here and letter.stands(case)


def ready(letter: Letter, case: Any) -> str:
    """How the letter may be made now: "told" of a decision on record, "drafted" before it, or "" not at all."""
    if told(letter, case):
        return "told"
    return "drafted" if letter.case_type == case.TYPE and letter.fits(case.state) else ""


def possible(case: Any) -> list[tuple[Letter, str]]:
    """The letters that the case may have now, each with how."""
    return [(letter, how) for letter in LETTERS.values() if (how := ready(letter, case))]


def accompanied(case: Any, number: int) -> IssuedLetter | None:
    """The letter with this place in the case, if a 送达回证 may go with it."""
    found: IssuedLetter | None = case.letters[number - 1] if 0 < number <= len(case.letters) else None
    return found if found is None or found.kind is not K.DELIVERY else None


def addressee_of(letter: Letter, case: Any, facts: Mapping[str, Any]) -> str:
    """Whom the letter goes to: who was named, else whom the accompanied letter went to, else the only party there is."""
    if not letter.to_one or facts["addressee"]:
        return str(facts["addressee"])
    other = accompanied(case, facts["letter"])
    return other.addressee if other and other.addressee else str(next(iter(case.subjects)))


# Conditions of issuing one.


@guard("须先作出可以告知的决定", "a decision must be made first that a letter can tell of")
def some_letter(m: Move) -> bool:
    return bool(possible(m.case))


@guard(
    "该文书所依据的决定须已由本单位作出，或者现在可以作出",
    "the decision that it tells of must be on record here, or be one that may be made now",
    "kind",
)
def letter_ready(m: Move) -> bool:
    return bool(ready(LETTERS[LetterKind(m.facts["kind"])], m.case))


@guard(
    "须填写本案一名当事人的编号为受送达人；致全体当事人的文书不得填写",
    "the addressee must be a party of this case; a letter to all parties may have none",
    "kind",
    "addressee",
)
def addressee_fits(m: Move) -> bool:
    one, subjects = m.facts["addressee"], m.case.subjects
    if not LETTERS[LetterKind(m.facts["kind"])].to_one:
        return not one
    if one:
        return one in subjects
    other = accompanied(m.case, m.facts["letter"])
    return len(subjects) == 1 or bool(other and other.addressee)


@guard(
    "送达回证须写明所送达的是本案第几份文书，其他文书不得填写",
    "a proof of delivery must name the letter of this case that it goes with; no other letter may",
    "kind",
    "letter",
)
def accompanied_named(m: Move) -> bool:
    if m.facts["kind"] == K.DELIVERY:
        return accompanied(m.case, m.facts["letter"]) is not None
    return not m.facts["letter"]


@guard(
    "调解笔录须写明已召开的第几次调解，其他文书不得填写",
    "a record must name a session that was held; no other letter may",
    "kind",
    "session",
)
def session_named(m: Move) -> bool:
    number: int = m.facts["session"]
    if m.facts["kind"] == K.RECORD:
        return bool(0 <= number <= sum(m.case.attempts.values()))
    return not number


def template_of(m: Move) -> str:
    return LETTERS[LetterKind(m.facts["kind"])].template


# What the program fills in: the first three here, the rest when the letter is made (workflows/letter_office.py).
FILLS: Final[dict[str, Callable[[Move], Any]]] = {
    "year": lambda m: m.on.year,
    "issuer": lambda m: m.holder,
    "template": template_of,
    "serial": lambda m: 0,
    "digest": lambda m: "",
    "wording": lambda m: "",
    "maker": lambda m: "",
}
GUARDS: Final = (some_letter, letter_ready, addressee_fits, accompanied_named, session_named)
# Whoever may read who the parties are may write to them.
WRITERS: Final = holder(R.INTAKE, R.MEDIATOR, R.HANDLER, R.UNIT_HEAD, R.REVIEWER)
ROW: Final = Row("issue_letter", ANY, SAME, LetterIssued, WRITERS, GUARDS, fills=FILLS)
