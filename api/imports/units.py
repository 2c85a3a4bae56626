"""Units from a file by a mapping: created when they are missing, left alone when they are there, never changed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from api.imports.mapping import ConstantUnit
from api.imports.reading import read_rows
from api.imports.report import OnError, Progress, Rejected, UnitReport, keep
from api.imports.unit_mapping import UnitRow, read_unit_mapping
from domain.actor import Actor
from domain.case import Entry
from domain.errors import Invalid, NotFound
from domain.terms import Source
from workflows.reference import Reference
from workflows.service import Service

FROM_MAPPING = 0  # the line of a unit that the mapping tells


def import_units(
    service: Service,
    path: Path,
    mapping: Path,
    *,
    actor: Actor,
    dry_run: bool = False,
    on_error: OnError = "continue",
    progress: Progress | None = None,
) -> UnitReport:
    """Create the units of a file that are not there yet, parents first, all in one transaction.

    A row that is not usable is reported and the others go on; with on_error "stop" the first one ends the import, and
    the units before it stay. Raises Invalid or NotFound when mapping or file as a whole are not usable. A dry run
    records nothing and reports the same.
    """
    plan, report, stop = read_unit_mapping(mapping), UnitReport(), on_error == "stop"
    told = list(constant_rows(plan.units))
    for row in read_rows(path, plan.form, plan.columns()):
        try:
            if not isinstance(row, Rejected):
                told.append(plan.tell(row))
                continue
        except Invalid as problem:
            row = Rejected.because(row.line, problem)
        keep(report.rejected, row)
        if stop:
            return report
    _create(
        service, list(parents_first(told)), f"{plan.id}:{path.name}", actor, report, dry_run, stop, progress
    )
    report.rejected.sort(key=lambda rejected: rejected.line)
    return report


def create_constants(
    service: Service, units: Iterable[ConstantUnit], actor: Actor, *, dry_run: bool = False
) -> UnitReport:
    """Create the units that a mapping tells itself. Raises Invalid when one is there already, but different."""
    report = UnitReport()
    _create(service, list(constant_rows(units)), "constants of a mapping", actor, report, dry_run, True, None)
    if report.rejected:
        wrong = report.rejected[0]
        raise Invalid(f"unit.{wrong.field}", wrong.value, wrong.remedy, wrong.remedy_zh)
    return report


def constant_rows(units: Iterable[ConstantUnit]) -> Iterator[UnitRow]:
    for unit in units:
        yield UnitRow(FROM_MAPPING, unit.code, unit.name, unit.kind, unit.parent, unit.valid_from)


def parents_first(units: Iterable[UnitRow]) -> Iterator[UnitRow]:
    """The same units in their order, but each after the unit above it, if that is among them."""
    told = list(units)
    to_come = {unit.code for unit in told}
    waiting: dict[str, list[UnitRow]] = {}
    for unit in told:
        if unit.parent in to_come and unit.parent != unit.code:
            waiting.setdefault(unit.parent, []).append(unit)
            continue
        todo = [unit]
        while todo:
            ready = todo.pop()
            yield ready
            to_come.discard(ready.code)
            todo.extend(reversed(waiting.pop(ready.code, [])))
    for circle in waiting.values():
        yield from circle


class _Undo(Exception):
    """Leaves a dry run's transaction."""


def _create(
    service: Service,
    units: list[UnitRow],
    reason: str,
    actor: Actor,
    report: UnitReport,
    dry_run: bool,
    stop: bool,
    progress: Progress | None,
) -> None:
    entry = Entry(actor, service.clock(), reason=reason, source=Source.IMPORT)
    with contextlib.suppress(_Undo), service.log.batch():
        reference = Reference(service.log)  # its own: what this transaction does may be undone
        for done, unit in enumerate(units, 1):
            try:
                created = reference.create_unit(
                    unit.code,
                    unit.name,
                    unit.kind,
                    effective=unit.valid_from,
                    entry=entry,
                    parent=unit.parent,
                    township_class=unit.township_class,
                    population=unit.population,
                )
            except (Invalid, NotFound) as problem:
                report.rejected.append(_rejected(unit, problem))
                if stop:
                    break
            else:
                report.created += created
                report.unchanged += not created
            if progress:
                progress(done, len(units))
        if dry_run:
            raise _Undo
    service.reference.refresh()


def _rejected(unit: UnitRow, problem: Invalid | NotFound) -> Rejected:
    if isinstance(problem, NotFound):
        problem = Invalid(problem.kind, problem.name, problem.remedy, "没有此项，请先登记，或者改填已有的。")
    return Rejected.because(unit.line, problem)
