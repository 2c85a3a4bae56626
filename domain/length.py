"""The length of a deadline: "60 CD", "5 WD", "1 MO", "24 H". Only the words; domain/deadline.py does the counting.

Never turn a length into a timedelta: 60 calendar days are not 60 times 24 hours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Invalid

_FORM = re.compile(r"(\d{1,4}) (CD|WD|MO|H)")
_REMEDY = 'Write a count and a unit: "60 CD" (calendar days), "5 WD" (working days), "1 MO" (months), "24 H" (hours).'
_REMEDY_ZH = "请填数目和单位：“60 CD”（自然日）、“5 WD”（工作日）、“1 MO”（月）、“24 H”（小时）。"


class Unit(StrEnum):
    """计算单位."""

    CD = "CD"  # 日(自然日)
    WD = "WD"  # 工作日
    MO = "MO"  # 月
    H = "H"  # 小时

    @property
    def title_zh(self) -> str:
        return {"CD": "日", "WD": "个工作日", "MO": "个月", "H": "小时"}[self.value]

    def title_en(self, count: int) -> str:
        word = {"CD": "calendar day", "WD": "working day", "MO": "month", "H": "hour"}[self.value]
        return word if count == 1 else word + "s"


@dataclass(frozen=True, slots=True)
class Length:
    """A count of units. `str()` gives the form that `parse` reads, and that the log keeps."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Length:
        """Read "60 CD". Raises Invalid when the text has another form."""
        found = _FORM.fullmatch(text)
        if not found:
            raise Invalid("length", text, _REMEDY, _REMEDY_ZH)
        return cls(int(found[1]), Unit(found[2]))

    def __post_init__(self) -> None:
        if not 0 <= self.count <= 9999:
            raise Invalid("length", f"{self.count} {self.unit}", _REMEDY, _REMEDY_ZH)

    def __str__(self) -> str:
        return f"{self.count} {self.unit}"

    @property
    def title_zh(self) -> str:
        return f"{self.count}{self.unit.title_zh}"

    @property
    def title_en(self) -> str:
        return f"{self.count} {self.unit.title_en(self.count)}"
