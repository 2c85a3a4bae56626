"""How anything is recorded, on both databases: the transaction, its draft, the group. No SQL dialect in here.

A position is given out under a lock that is held until the commit, without gaps, so positions become visible in
order: a reader that has seen position n will never find something new before n. Do not add a way to write without
that lock (design.md, trap 7: a faster one loses events for tailing readers).
"""

from __future__ import annotations

import contextlib
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from time import perf_counter

from eventsourcing.persistence import OperationalError, PersistenceError

from eventlog.chain import SUITES, Link
from eventlog.draft import THE_BEGINNING, Asked, Batch, Draft, Found, Last
from eventlog.errors import Conflict, KeyTaken, SubjectEmptied, Unavailable
from eventlog.group import Group, Waiting
from eventlog.migrations import SCHEMA_VERSION
from eventlog.reading import Questions
from eventlog.rows import Receipt, Write

__all__ = ["SCHEMA_VERSION", "THE_BEGINNING", "LogRecorder", "utc_now"]

TRUSTED = 3  # times that nobody else had written: then it is not looked up where the log ends
AT_ONCE = 2_000  # rows of a batch that are kept in memory before they are inserted


def utc_now() -> datetime:
    return datetime.now(tz=UTC)


class LogRecorder(Questions):
    """The library's recorder interface, and what the event log needs beside it. Thread-safe."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock
        self._writing = threading.RLock()  # one transaction at a time in this process
        self._writer: int | None = None  # the thread inside transaction()
        self._draft: Draft | None = None  # of that transaction
        self._group = Group(self._record_group)
        self._left: Last | None = None  # where this process has left the log
        self._undisturbed = 0  # how often nobody else had written meanwhile
        self._link: Link | None = None
        self.watcher: Callable[[int, float], None] | None = None  # is told commands and seconds of each group

    # What a dialect provides.

    @abstractmethod
    def prepare(self, version: int = SCHEMA_VERSION) -> None:
        """Creates or upgrades the tables, to an older version where asked to. Raises Unavailable for a newer schema."""

    @abstractmethod
    def close(self) -> None:
        """Gives back every connection."""

    @abstractmethod
    def _begin(self, asked: Asked) -> tuple[Last, Found]:
        """Opens the write transaction, takes the lock under which positions are given out, then looks."""

    @abstractmethod
    def _find(self, asked: Asked) -> Found:
        """Looks inside the open transaction."""

    @abstractmethod
    def _record_unchecked(self, group: list[Waiting]) -> bool:
        """Trusts that nothing is taken. False when something is; then nothing was recorded."""

    @abstractmethod
    def _insert(self, batch: Batch) -> None:
        """Inserts what was admitted. Raises Conflict, KeyTaken or SubjectEmptied for what was not checked."""

    @abstractmethod
    def _commit(self, draft: Draft) -> None: ...

    @abstractmethod
    def _rollback(self) -> None:
        """Harmless when nothing is open."""

    @abstractmethod
    def _erase_subject(self, subject_id: str, at: datetime) -> None:
        """Removes the content, keeps the row."""

    @abstractmethod
    def _run(self, sql: str, parameters: Sequence[object]) -> int: ...

    @abstractmethod
    def scrub(self, *, whole: bool = False) -> bool:
        """Writes `subjects` anew, so that nothing erased stays in the database's files. False: somebody was reading.

        `whole` is for a file in which content ever stood unsealed: every page is written anew.
        """

    # Writing.

    def record(self, write: Write) -> Receipt:
        """One append: committed together with those of other threads, or a part of the batch this thread is in."""
        draft = self._mine()
        return self._group.record(write) if draft is None else self._admit(draft, write)

    def _record_group(self, group: list[Waiting]) -> None:
        """Commits what several threads want to record. Who is refused is refused alone."""
        began = perf_counter()
        try:
            if not self._record_unchecked(group):
                self._record_checked(group)
        except (Unavailable, OperationalError):
            raise
        except Exception:
            if len(group) == 1:
                raise
            for one in group:  # a value that the database cannot hold is no reason to refuse the others
                one.error = None
                try:
                    self._record_checked([one])
                except Exception as own:
                    one.error = own
        finally:
            if self.watcher is not None:
                self.watcher(len(group), perf_counter() - began)

    @property
    def _believed(self) -> Last | None:
        """Where the log ends, for a process that was alone; None: ask. Where it is wrong the position is taken."""
        return self._left if self._undisturbed >= TRUSTED else None

    def _saw_end(self, last: Last) -> None:
        """The database has told where the log ends."""
        self._undisturbed = self._undisturbed + 1 if last == self._left else 0

    def _recorded(self, group: list[Waiting], receipts: list[Receipt], last: Last) -> None:
        """The group is committed, and the log ends there."""
        self._left = last
        for one, receipt in zip(group, receipts, strict=True):
            one.receipt = receipt
        self._news.tell(last.position)

    def _record_checked(self, group: list[Waiting]) -> None:
        """Looks up first, and refuses whose version or key is taken."""
        receipts: list[tuple[Waiting, Receipt]] = []
        with self._transaction(Asked.by(one.write for one in group)) as draft:
            now = self._now()
            for one in group:
                try:
                    receipts.append((one, draft.admit(one.write, now)))
                except (Conflict, KeyTaken, SubjectEmptied) as refusal:
                    one.error = refusal
        for one, receipt in receipts:
            one.receipt = receipt

    def _admit(self, draft: Draft, write: Write) -> Receipt:
        if asked := draft.unknown([write]):
            draft.learn(asked, self._find(asked))
        receipt = draft.admit(write, self._now())
        if len(draft.rows) >= AT_ONCE:
            self._flush(draft)
        return receipt

    def _flush(self, draft: Draft) -> None:
        """Inserts what waits. After a failure nothing more can be recorded in this transaction."""
        if draft.spoilt:
            raise PersistenceError(
                "An insert of this batch has failed. Nothing of the batch can be recorded."
            )
        batch = draft.take()
        if batch:
            draft.spoilt = True
            self._insert(batch)
            draft.spoilt = False

    def erase_subject(self, subject_id: str, at: datetime) -> None:
        with self.joined() as draft:
            self._flush(draft)
            draft.forget_subjects()
            self._erase_subject(subject_id, at)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Changes a table of the vault inside this thread's transaction; answers how many rows. Placeholders: `?`."""
        draft = self._mine()
        assert draft is not None
        self._flush(draft)
        return self._run(sql, parameters)

    @contextlib.contextmanager
    def joined(self) -> Iterator[Draft]:
        """The transaction that this thread is in, or one of its own."""
        draft = self._mine()
        if draft is not None:
            yield draft
        else:
            with self._transaction(Asked()) as draft:
                yield draft

    @contextlib.contextmanager
    def transaction(self, *, unchecked: bool = False) -> Iterator[None]:
        """The write transaction of this thread: committed at the end, undone by any exception.

        `unchecked` looks up nothing before: a version or key that is taken raises later, and undoes everything.
        """
        with self._transaction(Asked(), unchecked):
            yield

    @contextlib.contextmanager
    def _transaction(self, asked: Asked, unchecked: bool = False) -> Iterator[Draft]:
        with self._writing:
            if self._writer is not None:
                raise RuntimeError("A write transaction is open in this thread. Do not nest batches.")
            try:
                last, found = self._begin(asked)
                self._writer = threading.get_ident()
                draft = self._draft = Draft(last, self._link_now(), unchecked=unchecked)
                draft.learn(asked, found)
                yield draft
                self._flush(draft)
                self._commit(draft)
            except BaseException:
                self._rollback()
                raise
            finally:
                self._writer = self._draft = None
        if draft.last.position > draft.began.position:
            self._news.tell(draft.last.position)

    def _mine(self) -> Draft | None:
        """The draft of the transaction that this thread is in."""
        return self._draft if self._writer == threading.get_ident() else None

    def _link_now(self) -> Link:
        """How the log is chained today."""
        if self._link is None:
            ((suite,),) = self._query("SELECT suite FROM hash_suites ORDER BY since DESC LIMIT 1")
            if suite not in SUITES:
                raise Unavailable(
                    f"The log is chained by {suite}, which this program cannot. Upgrade the program."
                )
            self._link = SUITES[suite]
        return self._link

    def _now(self) -> datetime:
        now = self._clock()
        if now.tzinfo is None:
            raise ValueError(f"The log's clock gave {now!r} without a time zone. Use one that has one.")
        return now.astimezone(UTC)

    def _check_version(self, found: int | None) -> None:
        if found is not None and found > SCHEMA_VERSION:
            raise Unavailable(
                f"The log's tables have version {found}, this program knows {SCHEMA_VERSION}. Upgrade the program."
            )
