"""What somebody typed into a form, as the browser sends it: names and texts, in order. Nothing is judged here.

Names have dots: `facts.title`, `facts.parties.0.name`. Lines end with \\n, whatever the browser sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from fastapi import Depends, Request

ADD, DROP = "add", "drop"  # buttons that want another line, or one less
MOST_ROWS = 50


class Typed:
    """The fields of a form. Names that come again hold several values."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = [(name, value.replace("\r\n", "\n").replace("\r", "\n")) for name, value in pairs]

    def __contains__(self, name: str) -> bool:
        return any(one == name for one, _ in self.pairs)

    def one(self, name: str, otherwise: str = "") -> str:
        """The text under a name, without blanks around it."""
        return next((value.strip() for one, value in self.pairs if one == name), otherwise)

    def all(self, name: str) -> list[str]:
        """Every text under a name that is not empty; of a name with `.more` every line."""
        values = [value.strip() for one, value in self.pairs if one == name]
        more = [
            line.strip() for one, value in self.pairs if one == f"{name}.more" for line in value.split("\n")
        ]
        return list(dict.fromkeys(value for value in (*values, *more) if value))

    def rows(self, prefix: str) -> list[int]:
        """The numbers of the lines under a name, without the one whose button "drop" was pressed."""
        dropped, found = self.one(DROP), []
        for name, _ in self.pairs:
            number, _, rest = name.removeprefix(f"{prefix}.").partition(".")
            if name.startswith(f"{prefix}.") and rest and number.isdecimal() and len(number) < 4:
                found.append(int(number))
        kept = [n for n in sorted(dict.fromkeys(found)) if f"{prefix}.{n}" != dropped]
        return kept[:MOST_ROWS]

    def any_under(self, prefix: str, besides: Iterable[str] = ()) -> bool:
        """Whether anything was typed under a name."""
        left_out = {f"{prefix}.{one}" for one in besides}
        return any(
            v.strip() for name, v in self.pairs if name.startswith(f"{prefix}.") and name not in left_out
        )

    @property
    def wants_rows(self) -> bool:
        """Whether a button only asked for another line, or for one less."""
        return ADD in self or DROP in self

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.pairs)

    def __bool__(self) -> bool:
        return bool(self.pairs)


async def _posted(request: Request) -> Typed:
    form = await request.form()
    return Typed((name, value) for name, value in form.multi_items() if isinstance(value, str))


Posted = Annotated[Typed, Depends(_posted)]
