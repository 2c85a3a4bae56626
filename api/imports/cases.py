"""Cases from a foreign log (CSV, XLSX, XES) by a mapping file: read and checked first, recorded afterwards.

Rows go through a temporary database, so memory does not grow with the file. Recording is `workflows.history`'s alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from api.imports.case_language import read_case_mapping
from api.imports.case_mapping import CaseMapping, Told, closed_early
from api.imports.reading import read_rows
from api.imports.report import CaseReport, OnError, Progress, Rejected, Unmapped, keep
from api.imports.staging import Staging
from api.imports.units import create_constants
from api.imports.values import Row
from domain.actor import Actor
from domain.calendar import WorkCalendar
from domain.errors import Invalid
from workflows.history import History, HistoryImport
from workflows.service import AHEAD, Service

AT_ONCE = 2_000  # events recorded in one transaction, more only when a case has more


def import_cases(
    service: Service,
    path: Path,
    mapping: Path,
    *,
    actor: Actor,
    dry_run: bool = False,
    on_error: OnError = "continue",
    progress: Progress | None = None,
) -> CaseReport:
    """Take the histories in a file over into the log. What is in the log already stays as it is.

    A row that is not usable is reported, and the others go on; with on_error "stop" the first such row ends the import
    before anything is recorded, and a case that cannot be recorded ends it with what was recorded before. Raises
    Invalid or NotFound when mapping or file as a whole are not usable. A dry run records nothing and reports the same.
    """
    plan = read_case_mapping(mapping)
    _check_states(plan, service)
    report, stop = CaseReport(), on_error == "stop"
    size = path.stat().st_size if path.is_file() else 0
    tell = progress or (lambda done, total: None)
    usable, unmapped = _checks(plan, service), Counter[str]()
    with Staging() as staging:
        for row in read_rows(path, plan.form, plan.columns(), lambda done: tell(done, 2 * size)):
            try:
                if isinstance(row, Row):
                    told = usable(plan.tell(row))
                    staging.put(row.line, told)
                    unmapped.update(n for n in (o.activity.name for o in told) if not plan.is_mapped(n))
                    continue
            except Invalid as problem:
                row = Rejected.because(row.line, problem)
            keep(report.rejected, row)
            if stop:
                return report
        name = plan.events[0].activity.name
        report.unmapped = [Unmapped(name, value, rows) for value, rows in unmapped.most_common()]
        create_constants(service, plan.units, actor, dry_run=dry_run)
        calendar = _calendar(plan, service)
        importing = HistoryImport(
            service, plan.id, calendar, actor=actor, correlation=f"{plan.id}:{path.name}"
        )
        done = 0
        for cases in _portions(_in_order(plan, staging.cases(), report, stop=stop)):
            if not _record(importing, cases, report, dry_run=dry_run, stop=stop):
                break
            done += sum(map(len, cases))
            tell(size + size * done // staging.count, 2 * size)
    tell(2 * size, 2 * size)
    return report


def _check_states(plan: CaseMapping, service: Service) -> None:
    """Refuse a mapping that names a state which the case type does not have."""
    types = [name for name in plan.type.possible() or service.engines if name in service.engines]
    known = [state for name in types for state in service.engines[name].table.states]
    for state in sorted(plan.states().difference(known)):
        raise Invalid(
            "state",
            state,
            f"The states of a {' or '.join(types)} are {', '.join(known)}.",
            f"{'、'.join(types)} 的状态有：{'、'.join(known)}。",
        )


def _checks(plan: CaseMapping, service: Service) -> Callable[[list[Told]], list[Told]]:
    """What a row must hold to against the world: its units exist, and it has happened."""
    latest, units = service.clock() + AHEAD, service.reference.organisation()
    constants = {unit.code for unit in plan.units}

    def usable(told: list[Told]) -> list[Told]:
        for one in told:
            code, at = one.activity.unit, one.activity.at
            if code and code not in constants and not units.exists(code):
                field = plan.unit.name if plan.unit else "unit"
                raise Invalid(
                    field,
                    code,
                    "There is no such unit: import the units first, or translate the value.",
                    "没有此单位：请先导入单位，或在映射文件中译出。",
                )
            if at > latest:
                raise Invalid(
                    "at",
                    at.isoformat(),
                    f"{one.activity.name} has not happened yet: correct the instant.",
                    f"“{one.activity.name}”尚未发生，请更正时间。",
                )
        return told

    return usable


def _calendar(plan: CaseMapping, service: Service) -> WorkCalendar:
    """The calendar in the zone of the file; only working days need a table of holidays."""
    years = service.reference.calendar().years if plan.calendar == "holidays" else {}
    return WorkCalendar.of(years, plan.instants.zone)


def _in_order(
    plan: CaseMapping, cases: Iterator[list[tuple[int, Told]]], report: CaseReport, *, stop: bool
) -> Iterator[list[tuple[int, Told]]]:
    """The cases without those of their rows that close them before they began; such rows are reported."""
    for case in cases:
        while (early := closed_early([told.activity for _, told in case])) is not None:
            line = next(line for line, told in case if told.activity is early[0])
            report.rejected.append(Rejected.because(line, plan.too_early(*early)))
            if stop:
                return
            case = [one for one in case if one[1].activity is not early[0]]
        yield case


def _portions(cases: Iterator[list[tuple[int, Told]]]) -> Iterator[list[list[tuple[int, Told]]]]:
    portion: list[list[tuple[int, Told]]] = []
    size = 0
    for case in cases:
        portion.append(case)
        size += len(case)
        if size >= AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _record(
    importing: HistoryImport,
    cases: list[list[tuple[int, Told]]],
    report: CaseReport,
    *,
    dry_run: bool,
    stop: bool,
) -> bool:
    """Record a portion and count it; False when the import ends here."""
    answers = importing.record(
        [_history([told for _, told in case]) for case in cases], dry_run=dry_run, stop=stop
    )
    for case, answer in zip(cases, answers, strict=False):
        if isinstance(answer, Invalid):
            report.rejected.append(Rejected.because(min(line for line, _ in case), answer))
            continue
        report.cases += 1
        report.source_events += len(case)
        report.recorded_events += answer
        report.already_present += len(case) - answer
    return not (stop and answers and isinstance(answers[-1], Invalid))


def _history(told: list[Told]) -> History:
    """What the rows of one case tell. What a case has once is taken from its first row."""
    first, seen = told[0], Counter[str]()
    activities = []
    for one in told:
        activity = one.activity
        seen[activity.reference] += 1
        if (number := seen[activity.reference]) > 1:
            activity = replace(activity, reference=f"{activity.reference}#{number}")
        activities.append(activity)
    return History(
        first.number, first.type, activities, first.title, first.channel, first.severity, first.category
    )
