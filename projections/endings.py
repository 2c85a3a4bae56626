"""结案: how cases ended, as known at any instant.

Each ending is of a kind (kinds.py): the facts of its case and how it ended. Never judge here which ending counts: that
depends on the limits of a policy.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from domain.terms import Outcome, Referral
from projections.kinds import counted_by, kind, kind_of, kinds_table
from projections.known import keep_known
from projections.moments import day_number, day_text, instant
from projections.rows import Row, Rows
from projections.schema import FOREVER, METADATA, Number, Text
from projections.seen import Seen

ENDINGS = sa.Table(  # one row for each time that a case was closed, and state of knowledge
    "read_endings",
    METADATA,
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("known_to", Text, primary_key=True),  # FOREVER: what is known now
    sa.Column("known_from", Text, nullable=False),
    sa.Column("kind", Number, nullable=False),
    sa.Column("code", Text, nullable=False),
    sa.Column("ended_at", Text, nullable=False),
    sa.Column("ended_on", Text, nullable=False),
    sa.Column("ended_day", sa.Integer, nullable=False),
    sa.Column("undone_at", Text),  # when the case went on after all
    sa.Index("ix_read_endings_counted", *counted_by("ended_day")),
)

KINDS = kinds_table(
    "read_ending_kinds",
    sa.Column("type", Text, nullable=False),
    sa.Column("origin", Text, nullable=False),
    sa.Column("severity", Text),  # the peak
    sa.Column("category", Text),
    sa.Column("channel", Text),
    sa.Column("voided", sa.Integer, nullable=False),
    sa.Column("merged", sa.Integer, nullable=False),
    sa.Column("unit", Text, nullable=False),  # that closed it
    sa.Column("level", sa.Integer),
    sa.Column("highest", sa.Integer),  # the highest level that had custody up to here
    sa.Column("level_unknown", sa.Integer, nullable=False),  # 1: a foreign log does not tell every level
    sa.Column("outcome", Text, nullable=False),
    sa.Column("opted_out", sa.Integer, nullable=False),  # a party went its own way before anybody mediated
    sa.Column("first", sa.Integer, nullable=False),  # 1: the case was not closed before
    sa.Column("stands_from", sa.Integer, nullable=False),  # `_stands_from`
    sa.Column("undone_how", Text),  # how the case went on after all: reopened, referred_up, unmerged …
    sa.Column("undone_after", sa.Integer),  # days
    sa.Column("repeat_after", sa.Integer),  # days until the first repeated submission of the same matter
)

OF_THE_CASE: Final = {  # column of a kind -> column of the facts
    "type": "type", "origin": "origin", "severity": "peak", "category": "category", "channel": "channel",
    "voided": "voided", "merged": "merged",
}  # fmt: skip
NEVER = 1_000_000  # days
# How a closed case went on. Anything else that opens it again is a reopening.
UNDONE = {
    "dispute.referred_up": "referred_up",
    "case.unmerged": "unmerged",
    "petition.withdrawal_revoked": "withdrawal_revoked",
}
# Grounds of a referral that say that a party chose another way (人民调解法 Art. 3(3), 17): its right, no failure.
PARTY_CHOICES = frozenset(
    {Referral.PARTY_CHOSE_COURT, Referral.PARTY_CHOSE_ARBITRATION, Referral.PARTY_CHOSE_PETITION}
)


def end(seen: Seen, facts: Row, now: Row, rows: Rows) -> None:
    """The case was closed; `now` is its row of FACTS_NOW, which counts its endings."""
    _, case, _, topic, known, event = seen
    at, new = event.entry.occurred_at, event.standing
    refused = topic == "dispute.mediation_refused"
    elsewhere = topic == "dispute.referred_out" and event.ground in PARTY_CHOICES
    now["endings"] += 1
    number = kind_of(KINDS, {
        **{name: facts[of] for name, of in OF_THE_CASE.items()},
        "unit": new.holder, "level": new.level, "highest": now["highest"], "level_unknown": now["level_unknown"],
        "outcome": new.outcome or "unknown", "opted_out": int((refused or elsewhere) and not now["sessions"]),
        "first": int(now["endings"] == 1), "stands_from": _stands_from(case, rows) if now["endings"] > 1 else 0,
        "undone_how": None, "undone_after": None, "repeat_after": None,
    }, rows)  # fmt: skip
    rows.put(ENDINGS, {
        "case_id": case, "seq": now["endings"], "known_to": FOREVER, "known_from": known, "kind": number,
        "code": facts["code"], "ended_at": instant(at), "ended_on": day_text(at), "ended_day": day_number(at),
        "undone_at": None,
    })  # fmt: skip


def undo(seen: Seen, now: Row, rows: Rows) -> None:
    """The case went on after all."""
    _, case, _, topic, known, event = seen
    at = event.entry.occurred_at
    ending = rows.get(ENDINGS, case, now["endings"], FOREVER)
    assert ending is not None
    after = day_number(at) - ending["ended_day"]
    said = {"undone_how": UNDONE.get(topic, "reopened"), "undone_after": after}
    _change(ending, said, known, rows, undone_at=instant(at))


def repeated(case: str, day: int, known: str, now: Row, rows: Rows) -> None:
    """The same matter was submitted again on this day (a number): only the first time after an ending counts."""
    ending = rows.get(ENDINGS, case, now["endings"], FOREVER)
    assert ending is not None
    after = day - ending["ended_day"]
    if after >= 0 and kind(KINDS, ending["kind"], rows)["repeat_after"] is None:
        _change(ending, {"repeat_after": after}, known, rows)


def correct(case: str, facts: Row, known: str, rows: Rows) -> None:
    """Something else is known of the case: its endings are of other kinds from now on."""
    said = {name: facts[of] for name, of in OF_THE_CASE.items()}
    for ending in rows.select(ENDINGS, case_id=case, known_to=FOREVER):
        _change(ending, said, known, rows)


def _change(ending: Row, said: Row, known: str, rows: Rows, **columns: Any) -> None:
    number = kind_of(KINDS, {**kind(KINDS, ending["kind"], rows), **said}, rows)
    keep_known(ENDINGS, ending, {**ending, "kind": number, **columns}, known, rows)


def _stands_from(case: str, rows: Rows) -> int:
    """With which `termination_window_days`, at least, no earlier ending of the case stands beside a new one.

    A case that was merged or voided has not ended, and a failed mediation that was referred up within the window was
    not the end. Any other ending stands whatever came after it.
    """
    found = 0
    for ending in rows.select(ENDINGS, case_id=case, known_to=FOREVER):
        said = kind(KINDS, ending["kind"], rows)
        if said["outcome"] in (Outcome.MERGED, Outcome.VOIDED):
            continue
        failed = said["outcome"] == Outcome.TERMINATED and not said["opted_out"]
        up = failed and said["undone_how"] == "referred_up"
        found = max(found, said["undone_after"] if up else NEVER)
    return found
