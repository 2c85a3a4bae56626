"""The languages of the pages: Chinese is written in the templates, English stands in catalogs beside them.

A catalog is an ordinary `.po` file, one for each area of the pages; all are read when the program starts and compiled in
memory. Do not keep a compiled catalog in the tree, and do not write English into a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Protocol

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request

from api.pages.hints import law_in
from api.parties import anonymous, official_names
from domain.calendar import TZ
from domain.names import CASE_TYPES, NAMES, state_name, value_name
from domain.rule import Title

CATALOGS: Final = Path(__file__).parent / "locale"
COOKIE: Final = "gridcase_lang"
KINDS: Final = {kind.__name__: kind for kind in NAMES}
NOBODY: Final[Mapping[str, Title]] = {}
ISO_DAY: Final = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b", re.ASCII)
WEEKDAYS_ZH: Final = "一二三四五六日"
WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN: Final = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                    "November", "December")  # fmt: skip


class Said(Protocol):
    """Anything that is said in both languages, such as `domain.rule.Title`."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


@dataclass(frozen=True)
class Language:
    """One language of the pages: its code, the tag for HTML, the words."""

    code: str
    tag: str
    own_name: str
    words: Translations

    @property
    def is_chinese(self) -> bool:
        return self.code == "zh"

    def __call__(self, message: str, **values: Any) -> str:
        """A Chinese message of the program in this language: `_("共 %(n)s 件", n=3)`."""
        found: str = self.words.gettext(message)
        return found % values if values else found

    def say(self, said: Said | Mapping[str, Any] | Enum | None) -> str:
        """What is said in both languages, or a member of an enumeration, in this one; "" for nothing."""
        if said is None:
            return ""
        if isinstance(said, Enum):
            said = value_name(type(said), said)
        if isinstance(said, Mapping):
            return str(said[self.code])
        return said.zh if self.is_chinese else said.en

    def begin(self, words: str) -> str:
        """Words that begin a line, in English with a capital."""
        return words if self.is_chinese else words[:1].upper() + words[1:]

    def state(self, state: str) -> str:
        """A state such as "village_mediation.offered"."""
        return self.say(state_name(state))

    def case_type(self, kind: str) -> str:
        """矛盾纠纷 · dispute."""
        return self.say(CASE_TYPES.get(kind, Title(kind, kind)))

    def value(self, stored: object, kind: str) -> str:
        """A stored value of an enumeration that is given by its name: `{{ case.severity|value("Severity") }}`."""
        return self.say(value_name(KINDS[kind], stored))

    def anonymous(self, text: str, names: Mapping[str, Title] = NOBODY) -> str:
        """A text that people wrote, with its people as the pages speak of them (parties.py)."""
        return anonymous(text, names, self.code)

    def officials(self, text: str, names: Mapping[str, str]) -> str:
        """The same for accounts: user -> the name of the official."""
        return official_names(text, names)

    def law(self, basis: str) -> str:
        """The basis of a rule as policies write it."""
        return law_in(basis, self.is_chinese)

    def days(self, sentence: str) -> str:
        """A sentence of the program with its days as people write them: 2026-03-02 as 2026年3月2日 or 2 March 2026."""
        return ISO_DAY.sub(lambda found: self._plain(date.fromisoformat(found[0])), sentence)

    def _plain(self, on: date) -> str:
        if self.is_chinese:
            return f"{on.year}年{on.month}月{on.day}日"
        return f"{on.day} {MONTHS_EN[on.month - 1]} {on.year}"

    def day(self, value: date | datetime | str | None) -> str:
        """2026年3月2日（周一） · Mon 2 March 2026, in the zone of the jurisdiction. Takes a stored day or instant too."""
        if not value:
            return ""
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        on = value.astimezone(TZ).date() if isinstance(value, datetime) else value
        if self.is_chinese:
            return f"{self._plain(on)}（周{WEEKDAYS_ZH[on.weekday()]}）"
        return f"{WEEKDAYS_EN[on.weekday()]} {self._plain(on)}"

    def short_day(self, value: str, today: date) -> str:
        """A stored instant's local day for a narrow column: 3月2日 · 2 Mar, with the year when it is not this one."""
        on = datetime.fromisoformat(value).astimezone(TZ).date()
        if self.is_chinese:
            return (
                f"{on.month}月{on.day}日" if on.year == today.year else f"{on.year}年{on.month}月{on.day}日"
            )
        said = f"{on.day} {MONTHS_EN[on.month - 1][:3]}"
        return said if on.year == today.year else f"{said} {on.year}"

    def instant(self, value: datetime | str | None) -> str:
        """2026年3月2日 09:05 · 2 March 2026, 09:05, in the zone of the jurisdiction. Takes a stored instant too."""
        if not value:
            return ""
        at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(TZ)
        if self.is_chinese:
            return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
        return f"{at.day} {MONTHS_EN[at.month - 1]} {at.year}, {at:%H:%M}"


@cache
def languages() -> Mapping[str, Language]:
    """Every language by its code. Reads the catalogs, once."""
    return {
        "zh": Language("zh", "zh-CN", "中文", compiled(Catalog(locale="zh"))),
        "en": Language("en", "en", "English", compiled(english())),
    }


def english() -> Catalog:
    """All catalogs of English together. What two areas say differently is said as in the first (a test refuses it)."""
    whole = Catalog(locale="en")
    for _, message in entries():
        if whole.get(message.id, message.context) is None:
            whole[message.id] = message
    return whole


def entries() -> Iterator[tuple[str, Message]]:
    """Every message of every catalog with the name of its area."""
    for file in sorted((CATALOGS / "en").glob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened, locale="en", abort_invalid=True):
                if message.id and message.string:
                    yield file.stem, message


def compiled(catalog: Catalog) -> Translations:
    """A catalog as gettext reads it, never written to a disk."""
    held = BytesIO()
    write_mo(held, catalog)
    held.seek(0)
    return Translations(held)


def language_of(request: Request) -> Language:
    """What a reader asked for in the address, else by the cookie, in their session, by the browser. Else Chinese."""
    known, signed = languages(), getattr(request.state, "signed", None)
    chosen = signed.language if signed else ""
    for asked in (request.query_params.get("lang", ""), request.cookies.get(COOKIE, ""), chosen):
        if asked in known:
            return known[asked]
    return known[accepted(request.headers.get("accept-language", ""))]


def accepted(header: str) -> str:
    """The first of our languages by the weights of Accept-Language; "zh" where it names none."""
    found: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        code = tag.strip().lower().partition("-")[0]
        if code in languages():
            try:
                found.append((-float(weight or 1), place, code))
            except ValueError:
                continue
    return min(found)[2] if found else "zh"
