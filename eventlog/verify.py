"""Is the log what was recorded? The whole of it, a range, one case, or an exported file; the first wrong place is named.

Two things are compared with the rows: the hash chain, which shows a change that was made carelessly, and the signed
checkpoints, which show one that was made with care. Nothing here repairs or writes anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from eventlog import checkpoints
from eventlog.checkpoints import Anchor
from eventlog.errors import AggregateNotFound, NotVouchedFor, Tampered, Unavailable
from eventlog.findings import Finding, Kind, explained
from eventlog.merkle import BLOCK
from eventlog.proofs import KeptTree
from eventlog.recorder import LogRecorder
from eventlog.signing import SigningKeys
from eventlog.sources import PAGE, DatabaseRows, Source
from eventlog.walk import Walk

NEEDS = 3  # the version of the log's tables from which on there are hashes and checkpoints

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What was looked at: the events behind `after` up to `upto`, and which checkpoints agree with them.

    `events` is how many of them, where it was those of one case only.
    """

    after: int
    upto: int
    events: int | None = None
    agreed: list[Anchor] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not self.findings

    @property
    def signed(self) -> int:
        """Up to which event a checkpoint vouches for what was looked at, 0 for none."""
        return max((anchor.checkpoint.size for anchor in self.agreed), default=0)

    @property
    def first(self) -> Finding | None:
        """The first wrong place."""
        return min(self.findings, key=lambda finding: finding.first, default=None)


def log(
    recorder: LogRecorder,
    keys: SigningKeys,
    *,
    first: int = 1,
    last: int | None = None,
    elsewhere: Iterable[str] = (),
    progress: Progress = lambda done, total: None,
) -> Report:
    """The events `first` to `last`, or all. A range is widened to the checkpoints around it, which anchor it.

    `elsewhere` are notes that were kept outside of the database: they are compared as well, and must be in its table.
    """
    must_be_checkable(recorder)
    head = recorder.head()
    anchors, findings = vouched(recorder, keys, elsewhere)
    upto = min(head, last or head)
    behind = next(
        (one for one in reversed(anchors) if one.frontier is not None and one.checkpoint.size < first), None
    )
    ahead = next((one.checkpoint.size for one in anchors if one.checkpoint.size >= upto), head)
    walk = Walk() if behind is None else checkpoints.start(behind)
    report = walked(walk, DatabaseRows(recorder), min(ahead, head), anchors, progress)
    if behind is not None:
        report.agreed.insert(0, behind)
    if report.good and anchors and anchors[-1].checkpoint.size > head:
        report.findings.append(cut(head, anchors[-1]))
    report.findings += findings
    return report


def case(recorder: LogRecorder, keys: SigningKeys, aggregate_id: UUID) -> Report:
    """The events of one case (or unit): each is in the signed tree or in the chain behind it, and no version is missing.

    That nothing was cut off behind its last event only the whole log can tell. Raises AggregateNotFound.
    """
    must_be_checkable(recorder)
    sql = (
        "SELECT originator_version, position FROM events WHERE originator_id = ? ORDER BY originator_version"
    )
    places = recorder.query(sql, (str(aggregate_id),))
    if not places:
        raise AggregateNotFound(aggregate_id)
    anchors, findings = vouched(recorder, keys)
    head = recorder.head()
    newest = next((one for one in reversed(anchors) if one.checkpoint.size <= head), None)
    report = Report(places[0][1] - 1, places[-1][1], len(places), findings=findings)
    report.findings += _versions_missing(places)
    size = 0 if newest is None else newest.checkpoint.size
    if newest is not None:
        try:
            report.findings += _unsigned(recorder, newest, [place for _, place in places if place <= size])
        except Tampered as found:  # a hash is wrong: a range tells which
            return log(recorder, keys, first=found.position, last=min(size, found.position + BLOCK))
        report.agreed.append(newest)
    if report.upto > size:
        report.findings += log(recorder, keys, first=size + 1, last=report.upto).findings
    return report


def _versions_missing(places: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    version, before = 0, 0
    for found, position in places:
        if found != version + 1:
            said = f"Version {version + 1} of the case is missing: it stood between the events {before} and {position}."
            yield Finding(Kind.REMOVED, before + 1, position - 1, said)
        version, before = found, position


def _unsigned(recorder: LogRecorder, anchor: Anchor, positions: Iterable[int]) -> Iterator[Finding]:
    """What is wrong with events that should be in the tree, each with the hash of the one before. Raises Tampered."""
    tree, rows = KeptTree(recorder, anchor.checkpoint), DatabaseRows(recorder)
    for position in positions:
        found = {row[0]: row[-1] for page in rows.pages(position - 2, position) for row in page}
        walk = Walk(position - 1)
        if position > 1:
            before = found.get(position - 1)
            walk.hash = before if isinstance(before, bytes) else b""
            if not tree.holds(position - 1, walk.hash):
                raise Tampered(position - 1, f"Event {position - 1} is not the one that was signed.")
        if not walk.to(rows, position):
            yield explained(walk, rows)
        elif not tree.holds(position, walk.hash):
            raise Tampered(position, f"Event {position} is not the one that was signed.")


def walked(
    walk: Walk,
    source: Source,
    upto: int,
    anchors: Sequence[Anchor],
    progress: Progress = lambda done, total: None,
) -> Report:
    """Walks to `upto` and compares with each checkpoint on the way; ends at the first wrong place."""
    report, good = Report(walk.position, upto), walk.position
    sizes = {anchor.checkpoint.size: anchor for anchor in anchors}
    between = {size for size in sizes if walk.position < size < upto}
    stops = sorted({*between, *range(good + PAGE, upto, PAGE), upto}) if good < upto else []
    for stop in stops:
        if not walk.to(source, stop):
            report.findings.append(explained(walk, source))
            break
        for anchor in anchors if stop in sizes else ():
            if anchor.checkpoint.size != stop:
                continue
            if finding := differs(anchor, walk, good):
                report.findings.append(finding)
                return report
            report.agreed.append(anchor)
            good = stop
        progress(walk.position - report.after, upto - report.after)
    return report


def differs(anchor: Anchor, walk: Walk, good: int) -> Finding | None:
    """What is wrong when a checkpoint of this size does not say what the walk has found; `good` was agreed before."""
    made = anchor.checkpoint
    when = f"signed on {made.recorded_at:%Y-%m-%d %H:%M} UTC by key {anchor.key_id}"
    if made.head != walk.hash:
        said = (
            f"The events {good + 1} to {made.size} are not those that were {when}: somebody changed one of them and "
            "computed the hashes behind it anew."
        )
        return Finding(Kind.REWRITTEN, good + 1, made.size, said)
    if made.root != walk.frontier.root():
        said = f"The root in the checkpoint over {made.size} events, {when}, is not that of their tree."
        return Finding(Kind.CHECKPOINT_FORGED, made.size, made.size, said)
    return None


def cut(head: int, newest: Anchor) -> Finding:
    size, at = newest.checkpoint.size, newest.checkpoint.recorded_at
    said = f"The log ends at event {head}, and {size} events were signed on {at:%Y-%m-%d %H:%M} UTC: the rest was cut off."
    return Finding(Kind.CUT, head + 1, size, said)


def vouched(
    recorder: LogRecorder, keys: SigningKeys, elsewhere: Iterable[str] = ()
) -> tuple[list[Anchor], list[Finding]]:
    """The checkpoints that a key vouches for, smallest first, and what is wrong with the others."""
    anchors, findings, notes = [], [], set()
    for row in checkpoints.kept(recorder):
        notes.add(row.note)
        try:
            anchor = checkpoints.opened(row.note, keys, row.frontier)
            if anchor.checkpoint.size != row.size:
                raise NotVouchedFor(f"its text is about {anchor.checkpoint.size} events")
            anchors.append(anchor)
        except NotVouchedFor as why:
            findings.append(forged(row.size, why))
    for note in elsewhere:
        anchor = checkpoints.opened(note, keys)
        if note not in notes:
            size = anchor.checkpoint.size
            said = f"The checkpoint over {size} events that was kept elsewhere is no longer in the database."
            findings.append(Finding(Kind.CHECKPOINT_REMOVED, size, size, said))
            anchors.append(anchor)
    return sorted(anchors, key=lambda one: one.checkpoint.size), findings


def forged(size: int, why: NotVouchedFor) -> Finding:
    said = f"The checkpoint over {size} events is not good: {why}."
    return Finding(Kind.CHECKPOINT_FORGED, size, size, said)


def must_be_checkable(recorder: LogRecorder) -> None:
    """Raises Unavailable for tables that have no hashes or checkpoints yet."""
    ((version,),) = recorder.query("SELECT max(version) FROM log_schema")
    if version is None or version < NEEDS:
        raise Unavailable(
            f"The log's tables have version {version}, before there were hashes and checkpoints. Run `gridcase init`."
        )
