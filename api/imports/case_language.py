"""Reads a case mapping from TOML and refuses one that makes no sense. Every word of it stands in docs/import.md."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from api.imports.case_mapping import LEVELS, CaseMapping, Effects, EventForm, StartForm, When
from api.imports.mapping import MappingTable, open_mapping, read_form, read_id, read_instants, read_units
from api.imports.values import Field
from domain.length import Unit
from domain.terms import Channel, Outcome, Severity

OWN = "F-"  # deadlines of a foreign log are told from ours by this beginning
CALENDARS = ("weekends", "holidays")


def read_case_mapping(path: Path) -> CaseMapping:
    """Raises Invalid naming file, table, word, value and remedy; NotFound when there is no such file."""
    table = open_mapping(path, "cases")
    case, time = table.inner("case"), table.inner("time")
    calendar = time.text_or("calendar", CALENDARS[0])
    if calendar not in CALENDARS:
        raise time.wrong(
            "calendar",
            calendar,
            f"Write one of {', '.join(CALENDARS)}.",
            f"请填其中之一：{'、'.join(CALENDARS)}。",
        )
    rules = {rule.text("name"): rule for rule in table.each("activity")}
    wide = table.has("event")
    if wide == table.has("row") or (wide and rules):
        raise table.wrong(
            "row",
            None,
            "Describe [row] and its [[activity]] rules, or [[event]]s, one of the two.",
            "请只写一种：[row] 和它的 [[activity]] 规则，或者 [[event]]。",
        )
    forms = table.each("event") if wide else [table.inner("row")]
    events = tuple(_event(form, calendar, wide=wide) for form in forms)
    general = Effects() if wide else events[0].effects
    mapping = CaseMapping(
        id=read_id(table),
        form=read_form(table.inner("file")),
        instants=read_instants(time),
        calendar=calendar,
        number=case.needed("number"),
        type=case.needed("type"),
        unit=case.field("unit"),
        level=case.one_among("level", LEVELS),
        title=case.field("title"),
        channel=case.one_among("channel", Channel),
        severity=case.one_among("severity", Severity),
        category=case.field("category"),
        events=events,
        wide=wide,
        rules={name: general.and_also(_rule(rule, calendar)) for name, rule in rules.items()},
        units=read_units(table),
    )
    for part in (case, time, table):
        part.done()
    _check_deadlines(mapping, table)
    return mapping


def _event(form: MappingTable, calendar: str, *, wide: bool) -> EventForm:
    event = EventForm(
        activity=Field(constant=form.text("name")) if wide else form.needed("activity"),
        at=form.needed("at"),
        order=form.field("order"),
        when=_when(form.inner("when")) if wide and form.has("when") else None,
        effects=_effects(form, calendar),
    )
    form.done()
    return event


def _when(table: MappingTable) -> When:
    when = When(table.text("column"), frozenset(table.texts("is")))
    if not when.words:
        raise table.wrong(
            "is",
            [],
            "Write the word, or the words, that the column holds then.",
            "请写出此时该列中的词，可以是几个。",
        )
    table.done()
    return when


def _rule(rule: MappingTable, calendar: str) -> Effects:
    effects = _effects(rule, calendar)
    rule.done()
    return effects


def _effects(table: MappingTable, calendar: str) -> Effects:
    return Effects(
        state=table.text_or("state"),
        outcome=table.one_among("outcome", Outcome),
        level=table.one_among("level", LEVELS),
        unit=table.field("unit"),
        meets=table.texts("meets"),
        starts=tuple(_start(one, calendar) for one in table.each("starts")),
        facts=table.texts("facts"),
    )


def _start(table: MappingTable, calendar: str) -> StartForm:
    code = table.text("code")
    if not code.startswith(OWN):
        raise table.wrong(
            "code",
            code,
            f"Begin it with {OWN}, such as F-PENALTY: the others are our own deadlines.",
            f"请以 {OWN} 开头，例如 F-PENALTY：其余的是本系统自己的期限。",
        )
    length, due = table.length_or_none("length"), table.field("due")
    if (length is None) == (due is None):
        raise table.wrong(
            "length",
            None,
            "Give a length or a column with the due instant, one of the two.",
            "期限长度和到期时间所在的列，请只填一项。",
        )
    if length is not None and length.unit is Unit.WD and calendar != "holidays":
        raise table.wrong(
            "length",
            str(length),
            'Working days need calendar = "holidays" under [time].',
            '按工作日计算须在 [time] 下写明 calendar = "holidays"。',
        )
    table.done()
    return StartForm(code, str(length or ""), due)


def _check_deadlines(mapping: CaseMapping, table: MappingTable) -> None:
    """Refuse a deadline that is met but that nothing starts."""
    effects = [*(event.effects for event in mapping.events), *mapping.rules.values()]
    started = {start.code for one in effects for start in one.starts}
    for code in chain.from_iterable(one.meets for one in effects):
        if code not in started:
            raise table.wrong(
                "meets",
                code,
                f"Nothing starts it. Started are: {', '.join(sorted(started)) or 'none'}.",
                f"没有什么使它开始计算。已开始的有：{'、'.join(sorted(started)) or '无'}。",
            )
