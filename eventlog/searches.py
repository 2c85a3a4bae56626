"""Searches that users keep under a name: theirs alone, changed and deleted as they like. No history, and not in the log.

What is kept is the address's query, which may hold what somebody searched for: it is shown to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from eventlog.recorder import LogRecorder


@dataclass(frozen=True, slots=True)
class Search:
    """A saved search: `query` as an address says it, without the question mark."""

    name: str
    query: str


class Searches:
    """The saved searches of one log. Thread-safe."""

    def __init__(self, recorder: LogRecorder) -> None:
        self._recorder = recorder

    def of(self, account: str) -> list[Search]:
        """Those of a user, by name."""
        rows = self._recorder.query(
            "SELECT name, query FROM saved_searches WHERE account = ? ORDER BY name", (account,)
        )
        return [Search(str(name), str(query)) for name, query in rows]

    def put(self, account: str, search: Search) -> None:
        """Keep it; one of the same name is replaced."""
        with self._recorder.joined():
            self._recorder.run(
                "INSERT INTO saved_searches (account, name, query) VALUES (?, ?, ?) "
                "ON CONFLICT (account, name) DO UPDATE SET query = excluded.query",
                (account, search.name, search.query),
            )

    def drop(self, account: str, name: str) -> bool:
        """Whether there was one."""
        with self._recorder.joined():
            return bool(
                self._recorder.run(
                    "DELETE FROM saved_searches WHERE account = ? AND name = ?", (account, name)
                )
            )
