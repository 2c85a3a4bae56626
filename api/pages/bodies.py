"""From what was typed to the body that the JSON API takes: the same body, so that one validation serves both.

What is left empty is left out, as a careful client does. Do not judge a value here: the API's form does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.fact_kinds import PARTY
from api.pages.typed import Typed
from domain.calendar import TZ

Described = Mapping[str, Any]  # a fact as api/fields.py describes it
NOTHING = object()
PERSON_PARTS = ("name", "id_number", "phone", "address")
BOOLEANS = {"true": True, "false": False}


@dataclass
class Body:
    """A body in the making. `places` tells which field of the page a place in the body came from."""

    find: Mapping[str, Callable[[str], str]]  # kind of fact -> the code that somebody meant
    people: list[dict[str, str]] = field(default_factory=list)
    places: dict[tuple[str | int, ...], str] = field(default_factory=dict)

    def facts(self, asks: Iterable[Described], typed: Typed) -> dict[str, Any]:
        found = ((one["name"], self.fact(one, f"facts.{one['name']}", typed)) for one in asks)
        return {name: value for name, value in found if value is not NOTHING}

    def fact(self, asked: Described, name: str, typed: Typed) -> Any:
        """The value of a fact, NOTHING where it was left empty or is what it is anyway."""
        value = self._value(asked, name, typed)
        if "default" in asked and value == asked["default"]:
            return NOTHING
        return value

    def _value(self, asked: Described, name: str, typed: Typed) -> Any:
        kind = asked["type"]
        if kind == "list":
            return self._list(asked, name, typed)
        text = typed.one(name)
        if not text:
            return NOTHING
        if kind == "boolean":
            return BOOLEANS.get(text, text)
        if kind == "instant":
            return local_instant(text)
        return self._meant(asked, text)

    def _meant(self, asked: Described, text: str) -> str:
        find = self.find.get(asked.get("stands_for", ""))
        return find(text) if find else text

    def _list(self, asked: Described, name: str, typed: Typed) -> Any:
        inner = asked["of"]
        if inner["type"] == "record":
            found: list[Any] = [
                self._record(inner["fields"], name, n, len_, typed)
                for len_, n in self._rows(inner, name, typed)
            ]
        else:
            found = [self._meant(asked, text) for text in typed.all(name)]
        return found if found or asked["required"] else NOTHING

    def _rows(self, inner: Described, name: str, typed: Typed) -> list[tuple[int, int]]:
        """(place in the body, number on the page) of the lines in which anything was typed."""
        silent = {part["name"] for part in inner["fields"] if "default" in part}
        if is_party(inner):
            silent |= {"subject", "kind"}
        typed_in = [
            n
            for n in typed.rows(name)
            if typed.one(f"{name}.{n}.known") or typed.any_under(f"{name}.{n}", besides=silent)
        ]
        return list(enumerate(typed_in))

    def _record(
        self, parts: Iterable[Described], name: str, n: int, place: int, typed: Typed
    ) -> dict[str, Any]:
        prefix, value = f"{name}.{n}", {}
        self.places[(*name.split("."), place)] = prefix
        for part in parts:
            found = self.fact(part, f"{prefix}.{part['name']}", typed)
            if found is not NOTHING:
                value[part["name"]] = found
        if any(part["name"] == "subject" for part in parts) and not typed.one(f"{prefix}.known"):
            self._person(prefix, typed)
        return value

    def _person(self, prefix: str, typed: Typed) -> None:
        """Somebody who is new: what was typed about them goes into the vault, under the reference of the line."""
        self.places[("people", len(self.people))] = prefix
        said = {part: typed.one(f"{prefix}.{part}") for part in PERSON_PARTS}
        kind = typed.one(f"{prefix}.kind")
        person = {"subject_id": typed.one(f"{prefix}.subject")} | {k: v for k, v in said.items() if v}
        self.people.append(person | ({"kind": kind} if kind and kind != "person" else {}))

    def place_of(self, loc: Iterable[str | int]) -> str:
        """The page's field for a place in the body at which something is wrong."""
        parts = tuple(loc)
        for cut in range(len(parts), 0, -1):
            if parts[:cut] in self.places:
                rest = ".".join(str(part) for part in parts[cut:])
                prefix = self.places[parts[:cut]]
                return f"{prefix}.{rest}" if rest else prefix
        return ".".join(str(part) for part in parts)


def is_party(record: Described) -> bool:
    """Whether a record is somebody with a part in the matter: a reference, whose name is kept elsewhere."""
    return any(part["name"] == "subject" and part.get("stands_for") == PARTY for part in record["fields"])


def local_instant(text: str) -> str:
    """What a browser's date and time field sends, with the zone of the jurisdiction; anything else as it was typed."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (at if at.tzinfo else at.replace(tzinfo=TZ)).isoformat()
