"""The forms made from the workflow tables: each asks what the API asks, and posts to the same command."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest

from api.access.signed import Signed
from api.examples import EXAMPLES, GRID, TOWNSHIP, VILLAGE
from api.forms import OWN_FORM, asks, command_form, command_of, has_route, opens
from api.pages.sheets import Form, Sheet
from api.pages.shell import environment
from api.pages.typed import Typed
from domain.account import Office
from domain.case import Case
from eventlog.identity import Identity
from tests.support.workbench import PEOPLE, FormReader, Workbench, actor, form_in
from workflows.command import Command
from workflows.dispute import DISPUTE
from workflows.facts import take
from workflows.petition import PETITION
from workflows.table import Table

SAID = '两人<b>各执一词</b> & "均称有理"\n第二行'
EVERY = [
    (table, trigger)
    for table in (DISPUTE, PETITION)
    for trigger in table.rows
    if has_route(table, trigger) and trigger not in OWN_FORM
]
SHEET = """{% from "parts/sheet.html" import sheet %}{{ sheet(form, "token", "/send", "办理") }}"""


def signed(user: str) -> Signed:
    _, post, unit = PEOPLE[user]
    office = Office(post, unit, since=date(2000, 1, 1))
    return Signed(user, (office,), office, "session", "token")


@pytest.fixture(scope="module")
def cases(module_bench: Workbench) -> dict[str, Case]:
    """A dispute in mediation with an agreement, and a petition, both with their parties."""
    people = [Identity("S-1001", "person", "张三"), Identity("S-1002", "person", "李四")]
    parties = [{"subject": "S-1001"}, {"subject": "S-1002"}]
    bench = module_bench
    code = bench.do(
        "report", "", "chen.reporter", people, "dispute",
        origin=GRID, channel="visit", title="边界", category="neighbour", parties=parties,
    ).case  # fmt: skip
    bench.do("offer", code, "chen.reporter", unit=VILLAGE)
    bench.do("accept", code, "li.mediator", within_scope=True)
    bench.do("assign_mediator", code, "wang.head", chair="li.mediator")
    bench.do("supervise", code, "sun.supervisor", colour="yellow", duty="按期办理")
    petition = bench.do(
        "receive", "", "zhou.window", [Identity("S-2001", "person", "王五")], "petition",
        origin=TOWNSHIP, channel="visit", title="补偿", by_office=False, record="来访",
        parties=[{"subject": "S-2001", "part": "petitioner"}],
    ).case  # fmt: skip
    return {"dispute": bench.service.case(code), "petition": bench.service.case(petition)}


def drawn(sheet: Sheet, lang: str = "zh") -> FormReader:
    """The sheet as HTML, read back."""
    return form_in(environment(lang).from_string(SHEET).render(form=sheet), "/send")


@pytest.mark.parametrize(("table", "trigger"), EVERY, ids=lambda one: getattr(one, "case_type", one))
def test_what_is_filled_in_becomes_the_command_that_json_would_give(
    module_bench: Workbench, cases: dict[str, Case], table: Table, trigger: str
) -> None:
    case = None if opens(table, trigger) else cases[table.case_type]
    user = user_for(table, trigger)
    form = Form(module_bench.context, signed(user), table, trigger, case)
    example = EXAMPLES.get(f"{table.case_type}_{trigger}", {})
    page = drawn(form.sheet())
    facts, fields = example.get("facts"), {name: list(f.values) for name, f in page.fields.items()}
    if facts is None:
        facts = {one["name"]: invented(one, page, f"facts.{one['name']}") for one in asks(table, trigger)}
    for asked in asks(table, trigger):
        if asked["name"] in facts:
            fill(
                fields, page, asked, f"facts.{asked['name']}", facts[asked["name"]], example.get("people", [])
            )
    typed = Typed((name, value) for name, values in fields.items() for value in values)

    command = Form(module_bench.context, signed(user), table, trigger, case, typed).command()

    body = {"actor": said_by(user), "facts": facts, "people": example.get("people", [])}
    read = command_form(table, trigger).model_validate(body)
    code = case.code if case else ""
    expected = command_of(read, signed(user), module_bench.context, trigger, case=code)
    assert facts_of(table, command) == facts_of(table, expected)
    assert command.people == expected.people
    assert (command.trigger, command.case, command.actor) == (expected.trigger, expected.case, expected.actor)
    assert command.expected == (case.version if case else None)
    assert uuid.UUID(command.key).version == 4


@pytest.mark.parametrize(("table", "trigger"), EVERY, ids=lambda one: getattr(one, "case_type", one))
def test_nothing_typed_is_lost_when_the_form_comes_back(
    module_bench: Workbench, cases: dict[str, Case], table: Table, trigger: str
) -> None:
    case = None if opens(table, trigger) else cases[table.case_type]
    form = Form(module_bench.context, signed(user_for(table, trigger)), table, trigger, case)
    page = drawn(form.sheet())
    fields = {name: list(f.values) for name, f in page.fields.items()}
    for one in page.fields.values():
        if one.kind in ("textarea", "text", "tel") and not one.name.startswith(("csrf", "on_behalf")):
            fields[one.name] = [f"{SAID if one.kind == 'textarea' else '<i>甲</i>'}"]
        elif one.kind == "checkbox":
            fields[one.name] = list(one.choices)
        elif one.kind in ("select", "radio"):
            fields[one.name] = [one.choices[-1]]
        elif one.kind == "date":
            fields[one.name] = ["2026-03-20"]
    typed = Typed((name, value) for name, values in fields.items() for value in values)
    again = drawn(
        Form(module_bench.context, signed(user_for(table, trigger)), table, trigger, case, typed).sheet()
    )
    lost = {
        name: (values, again.fields[name].values if name in again.fields else None)
        for name, values in fields.items()
        if name != "csrf" and (name not in again.fields or again.fields[name].values != values)
    }
    assert lost == {}


def test_another_line_is_one_button_and_keeps_what_is_there(
    module_bench: Workbench, cases: dict[str, Case]
) -> None:
    form = Form(module_bench.context, signed("li.mediator"), DISPUTE, "agree", cases["dispute"])
    page = drawn(form.sheet())
    fields = [(name, value) for name, f in page.fields.items() for value in f.values]
    fields = [(n, "恢复界石" if n == "facts.obligations.0.what" else v) for n, v in fields]
    again = Form(
        module_bench.context, signed("li.mediator"), DISPUTE, "agree", cases["dispute"],
        Typed([*fields, ("add", "facts.obligations")]),
    ).send()  # fmt: skip
    assert isinstance(again, Sheet) and again.status == 200 and not again.wrong
    two = drawn(again)
    assert two.fields["facts.obligations.0.what"].values == ["恢复界石"]
    assert two.fields["facts.obligations.1.what"].values == [""]
    assert ("drop", "facts.obligations.1") in two.buttons


def test_whoever_is_new_gets_a_reference_that_stays_the_same(module_bench: Workbench) -> None:
    form = Form(module_bench.context, signed("chen.reporter"), DISPUTE, "report")
    page = drawn(form.sheet())
    subject = page.fields["facts.parties.0.subject"].values[0]
    typed = Typed(
        [("facts.parties.0.subject", subject), ("facts.parties.0.name", "赵六"), ("facts.origin", GRID)]
    )
    body, _ = Form(module_bench.context, signed("chen.reporter"), DISPUTE, "report", typed=typed).body()
    assert body["facts"]["parties"] == [{"subject": subject}]
    assert body["people"] == [{"subject_id": subject, "name": "赵六"}]
    again = drawn(Form(module_bench.context, signed("chen.reporter"), DISPUTE, "report", typed=typed).sheet())
    assert again.fields["facts.parties.0.subject"].values == [subject]


def test_a_unit_may_be_said_by_its_name(module_bench: Workbench, cases: dict[str, Case]) -> None:
    for said in ("东岸村", "东岸村 330604-102", "330604-102"):
        typed = Typed([("facts.unit", said)])
        body, _ = Form(
            module_bench.context, signed("zheng.head"), DISPUTE, "hand_down", cases["dispute"], typed
        ).body()
        assert body["facts"] == {"unit": "330604-102"}


def test_only_units_that_the_table_admits_are_offered(
    module_bench: Workbench, cases: dict[str, Case]
) -> None:
    form = Form(module_bench.context, signed("wang.head"), DISPUTE, "refer_up", cases["dispute"])
    (unit,) = (control for control in form.fields if control.name == "facts.unit")
    assert {code for code, _ in unit.choices} == {TOWNSHIP, "330604-100-C"}


# How a form is filled in.


def user_for(table: Table, trigger: str) -> str:
    roles = {role for row in table.source_rows if row.trigger == trigger for role in row.who.roles}
    example = EXAMPLES.get(f"{table.case_type}_{trigger}")
    if example:
        user: str = example["actor"]["user"]
        return user
    fitting = [user for user, (_, post, _) in PEOPLE.items() if post in roles]
    if table.case_type == "petition":  # it lies with the township: the village below does not see it
        fitting.sort(key=lambda user: PEOPLE[user][2] != TOWNSHIP)
    return fitting[0]


def said_by(user: str) -> dict[str, str]:
    who = actor(user)
    return {"user": who.user, "post": str(who.post), "unit": who.unit}


def facts_of(table: Table, command: Command) -> dict[str, Any]:
    """The facts as the event takes them, so that what is left out and its default are the same."""
    asked = table.asks[command.trigger]
    given = take(table.events[command.trigger], asked, command.facts)
    defaults = {name: fact.default for name, fact in asked.items() if name not in given}
    return {
        **given,
        **{name: () if not isinstance(value, object) else value for name, value in defaults.items()},
    }


def invented(asked: dict[str, Any], page: FormReader, name: str) -> Any:
    """A value that the form can express."""
    field = page.fields.get(name)
    choices = [one for one in field.choices if one] if field else []
    match asked["type"]:
        case "list" if asked["of"]["type"] == "record":
            return []
        case "list":
            return choices[:1] or ["第一行", "第二行"]
        case "boolean":
            return True
        case "day":
            return "2026-03-20"
        case "integer":
            return int(choices[-1]) if choices else 3
        case "choice":
            return choices[-1]
    if choices:
        return choices[-1]
    if asked.get("stands_for") in ("user", "person"):
        return "wu.handler"
    if asked.get("stands_for") == "unit":
        return TOWNSHIP
    return SAID if field and field.kind == "textarea" else "内容"


def fill(
    fields: dict[str, list[str]],
    page: FormReader,
    asked: dict[str, Any],
    name: str,
    value: Any,
    people: list[Any],
) -> None:
    """Type a fact into the fields of the page. Fails where the page has no place for it."""
    if asked["type"] == "list" and asked["of"]["type"] == "record":
        for n, record in enumerate(value):
            fill_record(fields, asked["of"]["fields"], f"{name}.{n}", record, people)
        return
    if asked["type"] == "list":
        known = page.fields[name].choices if name in page.fields else []
        fields[name] = [one for one in value if one in known]
        others = [one for one in value if one not in known]
        assert not others or f"{name}.more" in page.fields, f"no place for {others} in {name}"
        if others:
            fields[f"{name}.more"] = ["\n".join(others)]
        return
    text = {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    field = page.fields[name]
    if field.kind in ("radio", "select", "checkbox"):
        assert text in field.choices or (text == "false" and field.kind == "checkbox"), (
            f"{name} offers no {text}"
        )
    fields[name] = [] if field.kind == "checkbox" and text == "false" else [text]


def fill_record(
    fields: dict[str, list[str]],
    parts: list[dict[str, Any]],
    prefix: str,
    record: dict[str, Any],
    people: list[Any],
) -> None:
    for part in parts:
        given = record.get(part["name"], part.get("default", ""))
        fields[f"{prefix}.{part['name']}"] = (
            [] if given in ("", False) else ["true" if given is True else str(given)]
        )
    person: dict[str, str] = next((one for one in people if one["subject_id"] == record.get("subject")), {})
    for told, text in person.items():
        if told != "subject_id":
            fields[f"{prefix}.{told}"] = [text]
