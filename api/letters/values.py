"""What a letter says of its case: pure functions from what was recorded to plain values for the template.

People appear as tokens (`⟦S-1:name⟧`) only; `people.py` puts in who they are, or placeholders. The contents follow
信访工作条例 Art. 22, 23, 31-36, 人民调解法 Art. 26-31 and 人民调解工作若干规定 Art. 31-35. Prose is in the templates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from api.letters import organs
from api.letters.wording import day, law, length, numeral, plain
from domain.account import official
from domain.calendar import TZ
from domain.clock import Clock
from domain.deadline import due_on, extend
from domain.dispute import Obligation
from domain.length import Length, Unit
from domain.letter import LetterKind
from domain.names import name_of
from domain.petition import Refusal, Result
from domain.policy import PolicySet
from domain.terms import PetitionClass
from workflows.letter_office import Told
from workflows.letters import accompanied

K = LetterKind
Values = dict[str, Any]


def values_of(told: Told) -> Values:
    """Everything that the template of this letter asks for. Raises `Invalid` or `NotFound` for what is not there."""
    on = told.at.astimezone(TZ).date()
    kind, case = told.letter.kind, told.case
    addressee = told.facts["addressee"]
    mediation = kind in (K.AGREEMENT, K.RECORD, K.TERMINATION) or (
        kind is K.DELIVERY and case.TYPE == "dispute"
    )
    organ = organs.committee if mediation else organs.government
    common = {
        "kind": str(kind),
        "title": name_of(kind).zh,
        "number": told.number,
        "organ": organ(told.units, told.facts["issuer"], on),
        "date": day(on),
        "code": case.code,
        "matter": plain(case.title),
        "to": name(addressee) if addressee else "",
        "parties": parties(case),
        "told": told.how == "told",
    }
    whole: Values = cleaned(common | CONTENTS[kind](told, on))
    return whole


def name(subject: str) -> str:
    return f"⟦{subject}:name⟧"


def officer(user: str) -> str:
    """What an official is called: a token too, as their names are in the same store."""
    return name(official(user)) if user else ""


def parties(case: Any) -> list[Values]:
    """当事人基本情况 (人民调解法 Art. 29(1)), in the order in which the case has them."""
    return [
        {
            "nth": PARTY[n] if n < len(PARTY) else str(n + 1),
            **{field: f"⟦{party.subject}:{field}⟧" for field in ("name", "id_number", "phone", "address")},
        }
        for n, party in enumerate(case.parties)
    ]


PARTY = "甲乙丙丁戊己庚辛壬癸"


def called(told: Told, who: str) -> str:
    """A party by token; anybody else stays as they were written."""
    return name(who) if who in told.case.subjects else who


def event_of(told: Told, number: int = 0) -> Any:
    """The decision that the letter tells of: the last one on record, or that with this number; else the draft."""
    if told.how == "drafted":
        return SimpleNamespace(**told.draft)
    assert told.letter.tells is not None
    found = [event for event in told.events if isinstance(event, told.letter.tells)]
    return found[number - 1 if number else -1]


def policy_of(told: Told, event: Any) -> PolicySet:
    """The rules under which the decision was made; for a draft those of the day."""
    entry = getattr(event, "entry", None)
    return told.policies.get(entry.policy) if entry is not None and entry.policy else told.policy


def rule_law(policy: PolicySet, code: str) -> str:
    """The law behind a rule of this set; "" where it has none."""
    return law(policy.rules[code].basis) if code in policy.rules else ""


def rule_length(policy: PolicySet, code: str) -> str:
    return length(policy.rules[code].length) if code in policy.rules else ""


def opened_on(told: Told) -> str:
    at: datetime = told.case.opened_at
    return day(at)


def last_day(clock: Clock | None) -> str:
    return day(due_on(clock)) if clock is not None else ""


def review(told: Told, policy: PolicySet, on: date) -> Values:
    """The right to a review: to whom, within how long, by which law (信访工作条例 Art. 35)."""
    return {
        "reviewer": organs.reviewer(told.units, told.facts["issuer"], on),
        "review_within": rule_length(policy, "P-REV-REQ"),
        "review_law": rule_law(policy, "P-REV-REQ"),
    }


# What each kind says beside.


def receipt(told: Told, on: date) -> Values:
    event = event_of(told)
    policy = policy_of(told, event)
    rule = "P-ROUTE" if told.case.by_office else "P-NOTIFY-DIRECT"
    return {
        "receipt": event.receipt,
        "received_on": opened_on(told),
        "registered_on": day(event.entry.occurred_at),
        "channel": name_of(told.case.channel).zh,
        "request": event.request,
        "by_office": told.case.by_office,
        "within": rule_length(policy, rule),
        "law": rule_law(policy, rule),
    }


def acceptance(told: Told, on: date) -> Values:
    event, case = event_of(told), told.case
    policy = policy_of(told, event)
    rule = policy.rules.get("P-HANDLE")
    clock = case.clocks.get("P-HANDLE")
    sent, claim = case.routed_by, case.petition_class is PetitionClass.CLAIM_OTHER
    return {
        "received_on": opened_on(told),
        "receipt": case.receipt,
        "sent_by": organs.government(told.units, sent, on) if sent else "",
        "law": rule_law(policy, "P-NOTIFY-TRANSFER" if sent else "P-NOTIFY-DIRECT"),
        "class": "申诉求决类" if claim else name_of(case.petition_class).zh,
        "claim": claim,
        "accepted_on": day(case.accepted_at) if case.accepted_at else "",
        "within": length(rule.length) if rule else "",
        "until": last_day(clock),
        "at_most": length(rule.extend.max) if rule and rule.extend else "",
        "handle_law": rule_law(policy, "P-HANDLE"),
        "handler": officer(event.handler) if told.how == "told" else "",
        **review(told, policy, on),
    }


def refusal(told: Told, on: date) -> Values:
    event = event_of(told)
    ground = Refusal(event.ground)
    again = ground is Refusal.FINAL_SAME_FACTS
    return {
        "title": "信访事项不再受理告知书" if again else name_of(K.REFUSAL).zh,
        "again": again,
        "received_on": opened_on(told),
        "ground": REFUSED_BECAUSE[ground],
        "legal_basis": event.legal_basis,
        "other_way": event.other_way,
        "above": organs.reviewer(told.units, told.facts["issuer"], on),
    }


REFUSED_BECAUSE: Mapping[Refusal, str] = {
    Refusal.IN_PROCESS_ELSEWHERE: "已由其他机关、单位受理或者正在办理",
    Refusal.FINAL_SAME_FACTS: "已经复核终结，你仍以同一事实和理由提出",
    Refusal.LEGAL_PROCEDURE: "应当通过诉讼、仲裁、行政复议等法定途径解决",
    Refusal.NOT_COMPETENT: "不属于本机关职权范围",
    Refusal.REVIEW_LAPSED: "你无正当理由未在规定期限内请求复查、复核",
    Refusal.SKIP_LEVEL_VISIT: "应当先向有权处理的本级或者上一级机关、单位提出",
    Refusal.AGENT_WITHOUT_MANDATE: "由他人代为提出，未提供信访人的委托手续",
    Refusal.MEDIATED_AND_EFFECTIVE: "已经达成调解、和解协议并生效",
}


def extension(told: Told, on: date) -> Values:
    event, case = event_of(told), told.case
    clock = case.clocks["P-HANDLE"]
    policy = policy_of(told, event)
    after = clock
    if told.how == "drafted":
        rule = told.policies.get(clock.policy).rule("P-HANDLE")
        after = extend(clock, Length(event.days, Unit.CD), told.at, "", rule, told.calendar)
    added = Length.parse(after.extension.length).count if after.extension else 0
    return {
        "accepted_on": day(case.accepted_at),
        "within": length(clock.length),
        "was_due": day(date.fromordinal(due_on(after).toordinal() - added)),
        "days": length(Length(event.days, Unit.CD)),
        "until": last_day(after),
        "reasons": event.reasons,
        "law": rule_law(policy, "P-HANDLE"),
    }


def opinion(told: Told, on: date) -> Values:
    event, case = event_of(told), told.case
    policy = policy_of(told, event)
    return {
        "accepted_on": day(case.accepted_at),
        "heard": case.statement_heard,
        "concluded": CONCLUDED[event.result],
        "request": event.request,
        "facts": event.facts,
        "opinion": event.opinion,
        "legal_basis": event.legal_basis,
        "remedy": event.remedy,
        "law": rule_law(policy, "P-EXECUTE"),  # the article of the opinion itself
        **review(told, policy, on),
    }


CONCLUDED: Mapping[Result, str] = {
    Result.SUPPORT: "予以支持",
    Result.PARTIAL: "予以部分支持",
    Result.EXPLAIN: "因请求事由合理但缺乏法律依据，予以解释说明",
    Result.NOT_SUPPORT: "不予支持",
}


def agreement(told: Told, on: date) -> Values:
    event = event_of(told)
    return {
        "facts": event.facts,
        "terms": event.terms,
        "obligations": [owed(told, n, one) for n, one in enumerate(event.obligations, 1)],
        "effective_on": day(event.effective_on) if told.how == "told" else "",
        "place": next((e.place for e in reversed(told.events) if type(e).__name__ == "SessionHeld"), ""),
        "mediators": [officer(one) for one in told.case.mediators],
        "copies": numeral(len(told.case.parties) + 1),
        "confirm_within": rule_length(told.policy, "D-CONFIRM"),
        "category": name_of(told.case.category).zh,
    }


def owed(told: Told, number: int, one: Obligation) -> Values:
    """履行的方式、期限 (人民调解法 Art. 29(3))."""
    return {
        "nth": numeral(number),
        "who": called(told, one.who),
        "what": one.what,
        "by": "已当场履行" if one.fulfilled else day(one.due) + "前" if one.due else "",
    }


def record(told: Told, on: date) -> Values:
    event = event_of(told, told.facts["session"])
    held = [one for one in told.events if isinstance(one, type(event))]
    explained = [one for one in told.events if type(one).__name__ == "RightsExplained"]
    local = event.entry.occurred_at.astimezone(TZ)
    subjects = told.case.subjects
    return {
        "organ": organs.committee(told.units, event.standing.holder, local.date()),
        "nth": numeral(held.index(event) + 1),
        "held_at": f"{day(local)}{local.hour}时{local.minute:02}分",
        "place": event.place,
        "present": [called(told, one) for one in event.attended if one in subjects],
        "officials": [officer(one) for one in event.attended if one not in subjects],
        "explained_on": day(explained[-1].entry.occurred_at) if explained else "",
        "record": event.record,
        "result": event.result,
        "category": name_of(told.case.category).zh,
    }


def termination(told: Told, on: date) -> Values:
    event = event_of(told)
    return {
        "to": "、".join(name(party.subject) for party in told.case.parties),
        "accepted_on": next(
            (
                day(e.entry.occurred_at)
                for e in reversed(told.events)
                if type(e).__name__ == "DisputeAccepted"
            ),
            "",
        ),
        "sessions": sum(told.case.attempts.values()),
        "ground": event.ground,
        "ways": event.ways_told,
        "ended_on": day(event.entry.occurred_at) if told.how == "told" else "",
        "category": name_of(told.case.category).zh,
    }


def delivery(told: Told, on: date) -> Values:
    other = accompanied(told.case, told.facts["letter"])
    assert other is not None  # a guard asked
    return {
        "document": name_of(other.kind).zh,
        "document_number": other.number,
        "document_date": day(other.issued_at),
    }


CONTENTS: Mapping[LetterKind, Callable[[Told, date], Values]] = {
    K.RECEIPT: receipt,
    K.ACCEPTANCE: acceptance,
    K.REFUSAL: refusal,
    K.EXTENSION: extension,
    K.OPINION: opinion,
    K.AGREEMENT: agreement,
    K.RECORD: record,
    K.TERMINATION: termination,
    K.DELIVERY: delivery,
}


def cleaned(value: Any) -> Any:
    """Every text without what no printer shows."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: cleaned(inner) for key, inner in value.items()}
    return [cleaned(inner) for inner in value] if isinstance(value, list) else value
