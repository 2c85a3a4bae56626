"""What a search finds: the same on every database, whatever was written, and however the index came about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections import words
from projections.schema import Number, Text, open_engine
from projections.words import Words, folded, found_by, words_of

NOTES = sa.Table(
    "notes", sa.MetaData(), sa.Column("name", Text, primary_key=True), sa.Column("number", Number), sa.Column("words", Words)
)  # fmt: skip
WRITTEN = st.text(alphabet="排水沟堵塞 土地ab1 -，Ａ５𰻝é'\"\\%_*:&|!()", max_size=12)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("排水沟", ["排水", "水沟", "沟"]),
        ("一", ["一"]),
        ("D2026-00012 号", ["00012", "d2026", "号"]),
        ("Land 界 A4纸", ["a4", "land", "界", "纸"]),
        ("⟦S-1:name⟧ 与邻居", ["与邻", "居", "邻居"]),  # a reference to a person is nobody's word
        ("'; DROP TABLE--", ["drop", "table"]),
        ("", []),
    ],
)
def test_chinese_is_cut_into_pairs_and_other_words_stand_as_they_are(text, cut):
    assert words_of(folded(text)).split() == [f"'{word}'" for word in cut]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def notes(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """An empty table with its index, under the name that a rebuild gave it in the end."""
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres_cluster").fresh()
    engine = open_engine(url)
    with engine.connect() as connection:
        building = NOTES.to_metadata(sa.MetaData(), name="build_notes")
        building.create(connection)
        connection.execute(building.insert(), [{"name": "before", "number": 99, "words": words_of("水")}])
        words.make(connection, NOTES, "build_notes", 1)
        connection.execute(
            building.insert(), [{"name": "meanwhile", "number": 98, "words": words_of("水沟")}]
        )
        words.rename(connection, NOTES, "build_notes", "notes")
        assert found(connection, "水") == {98, 99}
        connection.execute(NOTES.delete())
        yield connection
    engine.dispose()


def found(connection: sa.Connection, text: str) -> set[int]:
    """The numbers of the rows that hold the text, looked up; and the same when each row is asked."""
    way = found_by(NOTES, folded(text), connection.dialect.name)
    assert way is not None
    looked_up = set(connection.execute(sa.select(NOTES.c.number).where(way.key.in_(way.keys))).scalars())
    asked = set(connection.execute(sa.select(NOTES.c.number).where(way.asked)).scalars())
    assert looked_up == asked
    return looked_up


def holds(written: str, text: str) -> bool:
    """Every pair of Chinese characters stands somewhere; every other word is how a word there begins."""
    there = list(words._runs(folded(written)))
    return all(
        any(run.startswith(asked) for run in there)
        if asked < words.WIDE
        else all(any(pair in run for run in there) for pair in pairs(asked))
        for asked in words._runs(folded(text))
    )


def pairs(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(len(run) - 1)] or [run]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.lists(WRITTEN, min_size=1, max_size=6), st.lists(WRITTEN, min_size=1, max_size=4), WRITTEN)
def test_every_row_that_holds_the_words_is_found_and_no_other(notes, first, second, text):
    """Written, written again, some taken away: the index has what is there now."""
    if found_by(NOTES, folded(text), "sqlite") is None:
        return
    write(notes, first)
    write(notes, second)  # over the first ones
    now = [*second, *first[len(second) :]]
    notes.execute(NOTES.delete().where(NOTES.c.name == "0"))
    assert found(notes, text) == {n for n, written in enumerate(now) if n and holds(written, text)}
    notes.execute(NOTES.delete())


def write(connection: sa.Connection, texts: list[str]) -> None:
    for n, text in enumerate(texts):
        row = {"name": str(n), "number": n, "words": words_of(folded(text))}
        connection.execute(
            sa.text(
                "INSERT INTO notes (name, number, words) VALUES (:name, :number, CAST(:words AS "
                + ("tsvector" if connection.dialect.name == "postgresql" else "text")
                + ")) ON CONFLICT (name) DO UPDATE SET number = excluded.number, words = excluded.words"
            ),
            row,
        )
