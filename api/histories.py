"""Histories of cases as they are sent, kept as bytes: what was told of an event stays as it was told.

A history is asked for again and again while a case is worked on, and changes when an event is added or a unit renamed.
Each time the read side is asked how long it is by now. Never keep here what depends on who asks.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final, NamedTuple

import msgspec

from api.parties import called, without_tokens
from domain.case import Case, case_id
from domain.organisation import Organisation
from domain.scope import Scope
from projections.audit import COLUMNS, stored, told, units_in
from projections.quick import ask
from projections.rows import Row
from projections.runner import Runner
from projections.schema import day, plain
from projections.sentences import Told
from workflows.service import Service

KEPT_BYTES: Final = 64_000_000
KEPT_CASES: Final = 2_000
NEWEST = "SELECT max(version) FROM read_audit WHERE case_id = ?"
ROWS = f"""SELECT {", ".join(f'"{name}"' for name in COLUMNS)} FROM read_audit WHERE case_id = ? ORDER BY version"""

Entry = tuple[int, msgspec.Raw]  # an event's version, and what is told of it


class _Kept(NamedTuple):
    case: Case  # as the log has it: who may see it is asked of that. For reading only
    newest: int  # version that the read side has
    units: int  # changes of the organisation
    entries: list[Entry]
    size: int


class Histories:
    """Thread-safe. `seen` is where people read from."""

    def __init__(self, service: Service, seen: Runner) -> None:
        self._service, self._seen, self._lock = service, seen, threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0

    def of(self, code: str, scope: Scope) -> tuple[int, list[Entry]]:
        """How far the read side is, and all that it has of a case, oldest first, for whoever may see this much.

        Raises NotFound for a case outside of the scope, just as if there were none.
        """
        id_ = case_id(code)
        with self._lock:
            kept = self._kept.get(code)
        if kept is not None and kept.case.version == self._service.log.version(id_):
            case = self._service.shown(kept.case, scope)
        else:
            case, kept = self._service.seen(code, scope), None
        reached, newest = self._seen.position_and(NEWEST, str(id_))
        organisation = self._service.reference.organisation()
        if kept is not None and (kept.newest, kept.units) == (newest, organisation.changes):
            with self._lock:
                if code in self._kept:
                    self._kept.move_to_end(code)
            return reached, kept.entries
        units = organisation.changes
        rows = self._told(case, organisation)
        entries = [(row["version"], msgspec.Raw(msgspec.json.encode(row))) for row in rows]
        if entries:
            size = sum(len(bytes(raw)) for _, raw in entries)
            self._keep(code, _Kept(case, entries[-1][0], units, entries, size))
        return reached, entries

    def _told(self, case: Case, organisation: Organisation) -> list[Row]:
        found = stored(ask(self._seen.engine, ROWS, str(case.id)))
        names = {
            unit: [(day(since), plain(name)) for since, name in organisation.names(unit)]
            for unit in units_in(found)
            if organisation.exists(unit)
        }
        rows = told(case.code, found, Told(self._service.policies, names))
        spoken: list[Row] = without_tokens(rows, called(case.parties))
        return spoken

    def _keep(self, code: str, new: _Kept) -> None:
        with self._lock:
            if (old := self._kept.pop(code, None)) is not None:
                self._size -= old.size
            self._kept[code] = new
            self._size += new.size
            while self._size > KEPT_BYTES or len(self._kept) > KEPT_CASES:
                self._size -= self._kept.popitem(last=False)[1].size
