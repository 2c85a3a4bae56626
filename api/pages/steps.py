"""The steps that somebody may take with a case, in the order in which people look for them.

Which steps there are is the workflow table's to say, and whether they may be taken the service's; here is only under which
heading a button stands. A step that is not told here stands under "other".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.case import Case
from domain.rule import Title
from workflows.table import Table

# fmt: off
GROUPS: Final[Mapping[str, tuple[Title, tuple[str, ...]]]] = {
    "next": (Title("下一步", "Next"), (
        "settle", "accept", "offer", "register", "recognise_first", "link_repeat", "classify", "route",
        "assign_mediator", "explain_rights", "consent", "open_mediation", "resume", "hold_session", "agree",
        "hear_statement", "verify_fact", "issue_opinion", "deliver", "fulfil", "visit", "resolve",
        "close_hearing", "complete_execution", "order_execution", "request_review", "decide_review", "deliver_review",
        "request_recheck", "decide_recheck", "deliver_recheck", "verify_withdrawal", "uphold_objection", "reject_objection",
        "end_hindrance",
        "answer_supervision", "report_urgent", "report_completion", "give_feedback", "archive",
    )),
    "work": (Title("办理过程", "Work on the case"), (
        "note_progress", "choose_mediator", "disclose_conflict", "ask_recusal", "reject_recusal", "replace_mediator",
        "replace_handler", "joint_meeting", "open_hearing", "choose_simple", "start_mediation", "stop_mediation", "suspend",
        "extend", "set_plan",
        "apply_confirmation", "decide_confirmation", "breach", "urge", "set_aside", "begin_hindrance", "evaluate",
        "add_submission", "recognise_new_facts", "provide_aftercare", "revoke_resolution",
    )),
    "move": (Title("移交与上报", "Hand on"), (
        "refer_up", "skip_level", "hand_down", "return", "determine", "object", "form_joint",
    )),
    "watch": (Title("风险与督办", "Danger and supervision"), (
        "report_danger", "take_measure", "raise_severity", "lower_severity", "supervise", "lift_supervision",
        "sponsor", "sponsor_report",
    )),
    "end": (Title("结束办理", "End"), (
        "refer_out", "decline", "divert", "refuse", "withdraw", "revoke_withdrawal", "terminate", "reopen",
    )),
    "file": (Title("案卷", "File"), (
        "issue_letter", "link", "merge", "unmerge", "correct", "void", "reveal",
    )),
}
# fmt: on
OTHER: Final = Title("其他", "Other")

# What is done once, and how a case shows that it was: such a step is no next one any more, though it may be taken again.
DONE: Final[Mapping[str, Callable[[Any], bool]]] = {
    "assign_mediator": lambda case: bool(case.chair),
    "explain_rights": lambda case: case.rights_explained,
    "consent": lambda case: case.subjects <= case.consents,
    "fulfil": lambda case: "open" not in case.owed.values() and "breached" not in case.owed.values(),
    "recognise_first": lambda case: case.first is not None,
    "classify": lambda case: case.petition_class is not None,
    "hear_statement": lambda case: case.statement_heard,
    "resolve": lambda case: str(getattr(case, "resolution", "")) == "resolved",
}


@dataclass(frozen=True)
class Action:
    """A button: the trigger, its verb, and whether it is the one that most will look for."""

    trigger: str
    verb: Title
    main: bool = False
    done: bool = False  # somebody has done it on this case before


@dataclass(frozen=True)
class Group:
    name: str
    title: Title
    actions: tuple[Action, ...]


def grouped(table: Table, allowed: Iterable[str], case: Case) -> list[Group]:
    """The allowed triggers under their headings; of the next steps the first that was not done yet is the main one."""
    acted, left = case.acted, list(allowed)
    over = {trigger for trigger in left if trigger in DONE and DONE[trigger](case)}
    found: list[Group] = []
    for name, (title, triggers) in GROUPS.items():
        mine = [
            trigger for trigger in triggers if trigger in left and not (name == "next" and trigger in over)
        ]
        mine += [trigger for trigger in left if name == "work" and trigger in over]
        left = [trigger for trigger in left if trigger not in mine]
        actions = [action(table, trigger, acted) for trigger in mine]
        if name == "next":
            actions = _led(actions)
        if actions:
            found.append(Group(name, title, tuple(actions)))
    if left:
        found.append(Group("other", OTHER, tuple(action(table, trigger, acted) for trigger in left)))
    return found


def action(table: Table, trigger: str, acted: Mapping[str, Any]) -> Action:
    return Action(trigger, Title(*table.verbs[trigger]), done=table.events[trigger].__name__ in acted)


def _led(actions: Sequence[Action]) -> list[Action]:
    """What was not done yet first; the very first is the main one."""
    ordered = sorted(actions, key=lambda one: one.done)
    return [Action(one.trigger, one.verb, n == 0, one.done) for n, one in enumerate(ordered)]
