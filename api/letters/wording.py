"""How a letter writes days, lengths, numbers and articles of law. Only wording: nothing is worked out here."""

from __future__ import annotations

import re
from datetime import date, datetime

from domain.calendar import TZ
from domain.length import Length

DIGITS = "〇一二三四五六七八九"
BASIS = re.compile(r"(?P<law>[^\s（()]+) \(\d{4}\)(?: Art\. (?P<article>\d+)(?:\((?P<part>\d+)\))?)?")
INVISIBLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


def day(value: date | datetime) -> str:
    """2026年3月2日, as GB/T 9704 writes it: Arabic, without leading zeros."""
    local = value.astimezone(TZ).date() if isinstance(value, datetime) else value
    return f"{local.year}年{local.month}月{local.day}日"


def numeral(number: int) -> str:
    """Up to 99 in Chinese: 三十五, for articles of law and headings."""
    tens, ones = divmod(number, 10)
    if number < 10:
        return DIGITS[number]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")


def length(text: str | Length | None) -> str:
    """ "60 CD" as 60日; "" for a term that is agreed in each case."""
    if text is None:
        return ""
    return (Length.parse(text) if isinstance(text, str) else text).title_zh


def law(basis: str) -> str:
    """The law behind a rule: "信访工作条例 (2022) Art. 23(2)" as 《信访工作条例》第二十三条第二款.

    "" where the rule is a default of the product, which is no law to tell anybody of.
    """
    found = BASIS.match(basis)
    if found is None:
        return ""
    article = f"第{numeral(int(found['article']))}条" if found["article"] else ""
    part = f"第{numeral(int(found['part']))}款" if found["part"] else ""
    return f"《{found['law']}》{article}{part}"


def plain(text: str) -> str:
    """A text as people typed it, without what no printer shows: control characters, invisible ones, tabs."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return "\n".join(INVISIBLE.sub("", line).strip() for line in lines).strip("\n")
