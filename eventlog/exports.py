"""The log, or its checkpoints alone, as a file for somebody else: to keep elsewhere, or to check without this program.

JSON lines: what the file is, the checkpoints, then event after event with its canonical bytes. The form is written down in
docs/operations/verification.md and has a number: who changes it raises the number. Nothing is left out of an event.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from eventlog import checkpoints, verify
from eventlog.chain import BEFORE_THE_FIRST, canonical
from eventlog.checkpoints import Anchor
from eventlog.errors import NotAnExport, NotVouchedFor, Tampered
from eventlog.findings import Finding, Kind, Place
from eventlog.learned import decoder
from eventlog.recorder import LogRecorder
from eventlog.signing import SigningKeys, base64_of
from eventlog.sources import FOR_EVER, PAGE, DatabaseRows, Row, Suites
from eventlog.walk import Walk

FORM = "gridcase-log-1"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_head = struct.Struct(">Q16sQqI")
_encode = msgspec.json.Encoder().encode


class Head(msgspec.Struct):
    """The first line: the events behind `after` up to `upto` follow, on top of the tree of `frontier`."""

    form: str
    after: int
    upto: int
    suites: list[tuple[int, str]]
    previous: bytes
    frontier: bytes = b""


class EventLine(msgspec.Struct):
    """An event as it is written; bytes become base64."""

    position: int
    event: bytes
    hash: bytes


class Line(msgspec.Struct):
    """A checkpoint, or an event, as it is read."""

    checkpoint: str = ""
    position: int = 0
    event: bytes = b""
    hash: bytes = b""


def lines(
    recorder: LogRecorder, *, first: int = 1, last: int | None = None, events: bool = True
) -> Iterator[str]:
    """A range begins behind the last checkpoint before it, as only from there its tree can be computed.

    Raises Tampered for an event that has no canonical bytes.
    """
    verify.must_be_checkable(recorder)
    kept, upto, rows = checkpoints.kept(recorder), recorder.head(), DatabaseRows(recorder)
    upto = min(upto, last or upto)
    before = next((one for one in reversed(kept) if one.size < first and events), None)
    after, previous, frontier = 0, BEFORE_THE_FIRST, b""
    if before is not None:
        after, frontier = before.size, before.frontier
        previous = checkpoints.unchecked(before.note).head
    suites = rows.suites.rows
    head = {"form": FORM, "after": after, "upto": upto if events else after, "suites": suites}
    yield _json({**head, "previous": base64_of(previous), "frontier": base64_of(frontier)})
    for one in kept:
        if not events or after <= one.size <= upto:
            yield _json({"checkpoint": one.note})
    for page in rows.pages(after, upto) if events else ():
        for row in page:
            yield _event(row)


def _event(row: Row) -> str:
    place = Place.of(row)
    if place.event is None:
        raise Tampered(place.position, f"Event {place.position} holds something that no program wrote there.")
    line = EventLine(place.position, canonical(place.position, *place.event), place.hash)
    return _encode(line).decode() + "\n"


def _json(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


class ExportedRows:
    """An exported file as a source of events. Raises NotAnExport for a file that is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decode = decoder(Line).decode
        with path.open("rb") as file:
            try:
                self.head = decoder(Head).decode(file.readline())
            except msgspec.MsgspecError as error:
                raise NotAnExport(str(path), str(error)) from None
            if self.head.form != FORM:
                raise NotAnExport(str(path), f"its form is {self.head.form!r}, this program reads {FORM}")
            self.notes: list[str] = []
            begin = file.tell()
            while (line := self._line(file.readline())) is not None and line.checkpoint:
                self.notes.append(line.checkpoint)
                begin = file.tell()
        self._ends = {self.head.after: begin}  # where in the file what is behind an event begins
        self.link = Suites(self.head.suites).link

    def pages(self, after: int, upto: int) -> Iterator[Sequence[Row]]:
        known = max(place for place in self._ends if place <= after)
        with self._path.open("rb") as file:
            end = file.seek(self._ends[known])
            page: list[Row] = []
            seen, last = known == after, known
            while raw := file.readline():
                end += len(raw)
                row = self._row(raw, last)
                last = row[0]
                if not seen:
                    seen = last == after
                    continue
                if last > upto:
                    break
                page.append(row)
                if len(page) == PAGE:
                    self._ends[last] = end
                    yield page
                    page = []
                before = end
            if page:
                self._ends[page[-1][0]] = before
                yield page

    def _line(self, raw: bytes) -> Line | None:
        try:
            return self._decode(raw)
        except msgspec.MsgspecError:
            return None

    def _row(self, raw: bytes, before: int) -> Row:
        line = self._line(raw)
        if line is None or not line.position:
            return (before + 1, None, None, None, None, None, None)
        try:
            return (line.position, *parsed(line.event, line.position), line.hash)
        except (ValueError, OverflowError, struct.error):
            return (line.position, None, None, None, None, None, None)


def parsed(event: bytes, position: int) -> tuple[UUID, int, str, datetime, bytes]:
    """What canonical bytes say. ValueError or struct.error for others, or for another position."""
    said, id_, version, micros, length = _head.unpack_from(event)
    begin = _head.size + length + 4
    (size,) = struct.unpack_from(">I", event, begin - 4)
    if said != position or len(event) != begin + size:
        raise ValueError("not the canonical bytes of this event")
    topic = event[_head.size : begin - 4].decode()
    return UUID(bytes=id_), version, topic, _EPOCH + timedelta(microseconds=micros), event[begin:]


def file(
    path: Path, keys: SigningKeys, progress: verify.Progress = lambda done, total: None
) -> verify.Report:
    """An exported file, checked without a database. Raises NotAnExport for a file that holds no events."""
    rows = ExportedRows(path)
    head, anchors, findings = rows.head, [], []
    if head.upto <= head.after:
        raise NotAnExport(
            str(path), "it holds no events; its checkpoints are compared by `gridcase verify --checkpoints`"
        )
    for note in rows.notes:
        try:
            anchors.append(checkpoints.opened(note, keys))
        except NotVouchedFor as why:
            findings.append(verify.forged(checkpoints.size_in(note), why))
    walk = Walk()
    if head.after:
        try:
            walk = _start(head, anchors)
        except NotVouchedFor as why:
            report = verify.Report(
                head.after, head.upto, findings=[*findings, verify.forged(head.after, why)]
            )
            return report
    report = verify.walked(walk, rows, head.upto, anchors, progress)
    report.findings += findings
    beyond = next((page[0][0] for page in rows.pages(walk.position, FOR_EVER) if page), None)
    if report.good and beyond is not None:
        said = f"Behind event {head.upto}, where the file says it ends, stands event {beyond}."
        report.findings.append(Finding(Kind.INSERTED, beyond, beyond, said))
    largest = max(anchors, key=lambda one: one.checkpoint.size, default=None)
    if report.good and largest is not None and largest.checkpoint.size > head.upto:
        report.findings.append(verify.cut(head.upto, largest))
    return report


def _start(head: Head, anchors: Sequence[Anchor]) -> Walk:
    for anchor in anchors:
        if anchor.checkpoint.size == head.after:
            return checkpoints.start(replace(anchor, frontier=head.frontier))
    raise NotVouchedFor("the file begins behind it, and does not hold it")
