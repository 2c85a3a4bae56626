"""Nothing is lost and nothing comes twice: a reader that tails the log while two processes write to it."""

import itertools
import multiprocessing
import threading

import pytest

from eventlog.log import Conflict, open_log
from tests.support.notebook import Notebook

PROCESSES, THREADS, APPENDS = 2, 4, 120


def write(url, process, errors):
    """Four threads append to notebooks of their own, and fight with the other process over one that all share."""
    log = open_log(url)

    def work(thread):
        own = Notebook(f"own {process}.{thread}")
        for n in range(APPENDS):
            own.note(f"{process}.{thread}.{n}")
            if n % 3 == 0:
                own.note("two in one append")
            log.append(own)
            if n % 4 == 0:
                note_in_shared(f"{process}.{thread}.{n}")

    def note_in_shared(line):
        while True:
            try:
                with log.checkout(Notebook.create_id("shared")) as (shared,):
                    shared.note(line)
                    log.append(shared)
                return
            except Conflict:
                continue

    def guarded(thread):
        try:
            work(thread)
        except Exception as error:
            errors.put(repr(error))

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()


@pytest.mark.timeout(100)
def test_a_tailing_reader_sees_every_event_once_and_in_order(log, database_url):
    log.append(Notebook("shared"))
    spawn = multiprocessing.get_context("spawn")
    errors = spawn.Queue()
    writers = [spawn.Process(target=write, args=(database_url, n, errors)) for n in range(PROCESSES)]
    for writer in writers:
        writer.start()

    seen = log.read(0)
    alive = True
    while alive:
        alive = any(
            writer.is_alive() for writer in writers
        )  # asked before reading, so the last round reads the rest
        while batch := log.read(seen[-1].position, limit=50):
            seen += batch
        log.wait(seen[-1].position, 0.05)
    for writer in writers:
        writer.join()

    assert errors.empty(), errors.get()
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    per_thread = 1 + APPENDS + len(range(0, APPENDS, 3)) + len(range(0, APPENDS, 4))
    assert [logged.position for logged in seen] == list(range(1, 2 + PROCESSES * THREADS * per_thread))
    assert all(a.recorded_at <= b.recorded_at for a, b in itertools.pairwise(seen))
    assert seen == log.read(0, limit=10**6)
    versions: dict[object, list[int]] = {}
    for logged in seen:
        versions.setdefault(logged.event.originator_id, []).append(logged.event.originator_version)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in versions.values())
    assert len(versions) == 1 + PROCESSES * THREADS
