"""Who writes for whom when several callers come at once. Without a database."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from eventlog.errors import Unavailable
from eventlog.group import Group
from eventlog.rows import CommandRecord, Receipt, Write

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def write(name):
    return Write(command=CommandRecord(name, "", b""))


class Store:
    """Remembers the groups; the first waits until it is told to go on."""

    def __init__(self):
        self.groups: list[list[str]] = []
        self.threads: list[threading.Thread] = []
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.fail: Callable[[str], BaseException | None] = lambda name: None

    def commit(self, group):
        names = [one.write.command.key for one in group]
        self.groups.append(names)
        self.threads.append(threading.current_thread())
        if len(self.groups) == 1:
            self.reached.set()
            assert self.go_on.wait(20)
        for one in group:
            error = self.fail(one.write.command.key)
            if isinstance(error, (KeyboardInterrupt, ZeroDivisionError)):
                raise error
            one.error = error
            one.receipt = None if error else Receipt((), NOON)


@pytest.fixture
def store():
    return Store()


class Crowd:
    """Callers that come one after the other, the first of them in the middle of its commit."""

    def __init__(self, store):
        self.store, self.group = store, Group(store.commit)
        self.results: dict[str, object] = {}
        self.threads: list[threading.Thread] = []

    def come(self, *names):
        for name in names:
            self.threads.append(threading.Thread(target=self._call, args=(name,), daemon=True))
            self.threads[-1].start()
            if len(self.threads) == 1:
                assert self.store.reached.wait(20)
            while len(self.group._queue) < len(self.threads) - 1:
                threading.Event().wait(0.001)

    def _call(self, name):
        try:
            self.results[name] = self.group.record(write(name))
        except BaseException as error:
            self.results[name] = error

    def finish(self):
        self.store.go_on.set()
        for thread in self.threads:
            thread.join(20)
            assert not thread.is_alive(), "somebody waits for ever"
        return self.results


@pytest.fixture
def crowd(store):
    return Crowd(store)


def test_a_lone_caller_commits_in_its_own_thread_at_once(store):
    store.go_on.set()
    assert Group(store.commit).record(write("a")) == Receipt((), NOON)
    assert store.groups == [["a"]]
    assert store.threads == [threading.current_thread()]


def test_who_comes_during_a_commit_is_committed_together_in_the_order_of_coming(store, crowd):
    crowd.come("a", "b", "c", "d")
    results = crowd.finish()
    assert store.groups == [["a"], ["b", "c", "d"]]
    assert set(results.values()) == {Receipt((), NOON)}


def test_each_caller_gets_its_own_error(store, crowd):
    errors = {"b": ValueError("b"), "d": ValueError("d")}
    store.fail = errors.get
    crowd.come("a", "b", "c", "d")
    results = crowd.finish()
    assert {name: results[name] for name in "bd"} == errors
    assert results["a"] == results["c"] == Receipt((), NOON)


def test_a_failed_group_fails_all_of_it_and_the_next_ones_go_on(store, crowd):
    store.fail = lambda name: ZeroDivisionError() if name == "b" else None
    crowd.come("a", "b", "c")
    results = crowd.finish()
    assert isinstance(results["b"], ZeroDivisionError)
    assert isinstance(results["c"], ZeroDivisionError)
    store.fail = lambda name: None
    assert crowd.group.record(write("later")) == Receipt((), NOON)


def test_an_interrupted_writer_says_so_to_those_it_wrote_for_and_leaves_the_group_working(store, crowd):
    store.fail = lambda name: KeyboardInterrupt() if name == "b" else None
    crowd.come("a", "b", "c")
    results = crowd.finish()
    assert results["a"] == Receipt((), NOON)
    assert isinstance(results["b"], KeyboardInterrupt)
    assert isinstance(results["c"], Unavailable)  # it had written for this one too
    store.fail = lambda name: None
    assert crowd.group.record(write("later")) == Receipt((), NOON)


def test_nobody_writes_for_others_for_ever(store, monkeypatch):
    """Who was written for leads no more; one of the waiting does."""
    monkeypatch.setattr("eventlog.group.LARGEST", 1)
    group, results = Group(store.commit), []
    threads = [
        threading.Thread(target=lambda n=n: results.append(group.record(write(f"{n}"))), daemon=True)
        for n in range(6)
    ]
    threads[0].start()
    assert store.reached.wait(20)
    for thread in threads[1:]:
        thread.start()
    while len(group._queue) < 5:
        threading.Event().wait(0.001)
    store.go_on.set()
    for thread in threads:
        thread.join(20)
    assert len(results) == 6
    assert set(store.threads) == set(threads)
