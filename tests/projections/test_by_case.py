"""A rebuild goes from case to case, in one process or several: the tables stay the same bytes."""

from __future__ import annotations

import os
import signal
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.errors import LogUnreadable
from projections import by_case
from projections.all import PROJECTIONS
from projections.audit import Audit
from projections.runner import Runner
from projections.seen import CASES
from tests.projections.tables import dump
from tests.support.notebook import Notebook


class Dying(Audit):
    """Kills its process with the second batch of cases."""

    folded = 0

    def fold(self, events, rows):
        Dying.folded += 1
        if Dying.folded == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        super().fold(events, rows)


@pytest.fixture
def folded(runner: Runner) -> Runner:
    """A runner that has folded the spring in the order of the log."""
    assert runner.run_until(runner.log.head())
    return runner


@pytest.mark.parametrize(("batch", "spans"), [(1, 16), (2, 3), (7, 1), (5000, 16)])
def test_it_does_not_matter_how_the_cases_are_divided(folded, monkeypatch, batch, spans):
    expected = dump(folded.engine)
    monkeypatch.setattr(by_case, "BATCH", batch)
    monkeypatch.setattr(by_case, "SPANS", spans)
    folded.rebuild()
    assert dump(folded.engine) == expected


def test_several_processes_build_the_same_tables(folded, monkeypatch):
    expected, heard = dump(folded.engine), []
    monkeypatch.setattr(by_case, "WORTH", 0)
    folded.rebuild(progress=lambda done, known: heard.append((done, known)))
    assert dump(folded.engine) == expected
    assert heard[-1] == (folded.log.head(), folded.log.head())


def test_what_one_of_them_cannot_read_is_told_and_nothing_is_swapped(folded, monkeypatch):
    before = dump(folded.engine)
    monkeypatch.setattr(by_case, "WORTH", 0)
    folded.log.append(Notebook("a stranger"))
    with pytest.raises(LogUnreadable, match=r"notebook\.opened.*position"):
        folded.rebuild(["audit", "facts"])
    assert dump(folded.engine) == before


def test_one_of_them_is_killed_and_the_rebuild_can_be_repeated(folded, monkeypatch):
    before = dump(folded.engine)
    monkeypatch.setattr(by_case, "WORTH", 0)
    dying = Runner(folded.log, folded.engine, [Dying()])
    with pytest.raises(RuntimeError, match="was killed"):
        dying.rebuild()
    assert dump(folded.engine) == before
    folded.rebuild()
    assert dump(folded.engine) == before
    names = sa.inspect(folded.engine).get_table_names()
    assert not [name for name in names if name.startswith("build_")]


@pytest.mark.parametrize("batch", [1, 3, 10])
def test_a_case_is_never_cut(folded, monkeypatch, batch):
    monkeypatch.setattr(by_case, "BATCH", batch)
    everything = (UUID(int=0), UUID(int=2**128 - 1))
    parts = list(by_case._whole_cases(folded.log, everything, folded.log.head()))
    streams = [{row[1] for row in part} for part in parts]
    assert sum(map(len, parts)) == folded.log.head()
    assert len(set().union(*streams)) == sum(map(len, streams))


def test_every_projection_says_which_topics_it_folds():
    assert [p.name for p in PROJECTIONS if not p.topics <= CASES] == ["units", "accounts"]
