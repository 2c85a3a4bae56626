"""Rows behave as one dictionary per table, whatever batches, restarts and evictions lie between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from projections import rows as rows_module
from projections.rows import Rows
from projections.schema import Text, open_engine, writing

BY_CASE = sa.Table(
    "read_by_case",
    sa.MetaData(),
    sa.Column("case_id", Text, primary_key=True),
    sa.Column("n", sa.Integer, primary_key=True),
    sa.Column("said", Text),
)
PLAIN = sa.Table(
    "read_plain", sa.MetaData(), sa.Column("code", Text, primary_key=True), sa.Column("order", sa.Integer)
)
CASES = ["a", "b", "c"]


@dataclass
class Fold:
    """Rows over an empty database, and the dictionaries that they must equal."""

    engine: sa.Engine
    rows: Rows = field(init=False)
    by_case: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    plain: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with writing(self.engine) as connection:
            for table in (BY_CASE, PLAIN):
                table.drop(connection, checkfirst=True)
                table.create(connection)
        self.start()

    def start(self) -> None:
        self.rows = Rows(self.engine, (BY_CASE, PLAIN))
        self.rows.begin({})

    def commit(self) -> None:
        with writing(self.engine) as connection:
            self.rows.flush(connection)
        self.rows.done()
        self.rows.begin(dict.fromkeys(CASES[:2], False))

    def stored(self, table: sa.Table) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [
                dict(r._mapping) for r in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]


DO = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(CASES), st.integers(1, 3), st.sampled_from(["x", "y", "多"])),
    st.tuples(st.just("delete"), st.sampled_from(CASES), st.integers(1, 3), st.just("")),
    st.tuples(
        st.sampled_from(["look", "commit", "restart"]),
        st.sampled_from(CASES),
        st.integers(1, 3),
        st.just("x"),
    ),
)


@given(steps=st.lists(DO, max_size=30), kept=st.sampled_from([0, 1, 100]))
@settings(max_examples=60, deadline=None)
def test_reading_sees_everything_written_before_and_the_tables_hold_it_after(steps, kept):
    fold = Fold(open_engine("sqlite:///:memory:"))
    before, rows_module.KEPT_CASES = rows_module.KEPT_CASES, kept
    try:
        for what, case, n, said in steps:
            if what == "put":
                row = {"case_id": case, "n": n, "said": said}
                fold.rows.put(BY_CASE, dict(row))
                fold.rows.put(PLAIN, {"code": case, "order": n})
                fold.by_case[case, n], fold.plain[case,] = row, {"code": case, "order": n}
            elif what == "delete":
                fold.rows.delete(BY_CASE, case, n)
                fold.rows.delete(PLAIN, case)
                fold.by_case.pop((case, n), None)
                fold.plain.pop((case,), None)
            elif what == "look":
                assert fold.rows.get(BY_CASE, case, n) == fold.by_case.get((case, n))
                assert fold.rows.get(PLAIN, case) == fold.plain.get((case,))
                mine = [row for key, row in sorted(fold.by_case.items()) if row["said"] == said]
                assert fold.rows.select(BY_CASE, said=said) == mine
                assert fold.rows.select(BY_CASE, case_id=case, said=said) == [
                    r for r in mine if r["case_id"] == case
                ]
                assert fold.rows.select(PLAIN) == [row for _, row in sorted(fold.plain.items())]
            else:
                fold.commit()
                if what == "restart":
                    fold.start()
        fold.commit()
    finally:
        rows_module.KEPT_CASES = before
    assert fold.stored(BY_CASE) == [row for _, row in sorted(fold.by_case.items())]
    assert fold.stored(PLAIN) == [row for _, row in sorted(fold.plain.items())]
    fold.engine.dispose()


def test_added_rows_are_inserted_and_a_second_time_is_an_error(database_url):
    fold = Fold(open_engine(database_url))
    fold.rows.add(PLAIN, ("a", 1))
    fold.commit()
    fold.rows.add(PLAIN, ("a", 2))
    with pytest.raises((sa.exc.IntegrityError, psycopg.IntegrityError)), writing(fold.engine) as connection:
        fold.rows.flush(connection)
    assert fold.stored(PLAIN) == [{"code": "a", "order": 1}]
    fold.engine.dispose()


def test_a_batch_is_read_with_one_query_per_table(database_url):
    fold = Fold(open_engine(database_url))
    for case in CASES:
        fold.rows.put(BY_CASE, {"case_id": case, "n": 1, "said": "x"})
    fold.commit()
    fold.start()
    asked = []
    sa.event.listen(
        fold.engine, "before_cursor_execute", lambda c, cur, statement, *rest: asked.append(statement)
    )
    fold.rows.begin({"a": False, "b": False, "c": False, "new": True})
    for case in [*CASES, "new"]:
        fold.rows.get(BY_CASE, case, 1)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 1
    fold.engine.dispose()


def test_a_fold_touches_its_own_tables_only():
    rows = Rows(open_engine("sqlite:///:memory:"), (PLAIN,))
    with pytest.raises(KeyError, match="read_by_case belongs to another projection"):
        rows.get(BY_CASE, "a", 1)


def test_a_row_without_a_column_is_named():
    fold = Fold(open_engine("sqlite:///:memory:"))
    fold.rows.put(BY_CASE, {"case_id": "a", "n": 1})
    with pytest.raises(KeyError, match="said"):
        fold.commit()
