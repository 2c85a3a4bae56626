"""What would be right in a field, in Chinese and English. Every edge words its field errors here, and nowhere else.

A remedy is said to a clerk: no word of a programming language, no name of a format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from typing import Final

from domain.errors import Invalid
from domain.names import value_name
from domain.rule import Title as T

LONGEST: Final = 20_000  # characters of one text: an opinion with its facts and reasons fits
LONGEST_LINE: Final = 200
MOST: Final = 200  # entries of one list
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)  # room for every sum that a deadline makes
LARGEST: Final = 2**31 - 1
REFERENCE: Final = r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}$"  # a name in Chinese can never be one
CODE: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
OWN_CODE: Final = (
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$"  # a unit's own number: the dot before it ends the unit's code
)

# fmt: off
REMEDIES: Final[Mapping[str, T]] = {
    "missing": T("此项必填，请填写。", "It is required: give it."),
    "blank": T("此项不能为空，请写明内容。", "It may not be empty: write it down."),
    "unknown": T("没有这一项，请删去。可填：{choices}。", "There is no such field: leave it out. There are: {choices}."),
    "unknown_here": T("没有这一项，请删去。", "There is no such field here: leave it out."),
    "choice": T("请从下列各项中选填一项：{choices}。", "Give one of: {choices}."),
    "day": T("请填日期，例如 2026-03-02。", "Give a day such as 2026-03-02."),
    "day_bounds": T(f"请填 {FIRST_DAY} 至 {LAST_DAY} 之间的日期。", f"Give a day between {FIRST_DAY} and {LAST_DAY}."),
    "instant": T("请填带时区的时间，例如 2026-03-02T09:00:00+08:00。",
                 "Give an instant with its zone, such as 2026-03-02T09:00:00+08:00."),
    "text": T("请填文字。", "Give a text."),
    "text_length": T("内容过长，最多 {most} 字。", "It is too long: {most} characters at most."),
    "text_characters": T("内容含有不能保存的字符，请删去。", "Leave out the characters that cannot be kept (NUL, broken ones)."),
    "number": T("请填整数。", "Give a whole number."),
    "number_bounds": T("数值过大或过小，请填 {least} 至 {most} 之间的整数。", "Give a whole number between {least} and {most}."),
    "at_least": T("请填不小于 {least} 的数。", "Give {least} or more."),
    "at_most": T("请填不大于 {most} 的数。", "Give {most} or less."),
    "boolean": T("请填“是”（true）或“否”（false）。", "Give true or false."),
    "list": T('请填列表，例如 ["…"]。', 'Give a list, such as ["…"].'),
    "list_length": T("列表过长，最多 {most} 项。", "The list is too long: {most} entries at most."),
    "record": T("请分项填写，可填：{choices}。", "Give its parts by name: {choices}."),
    "record_here": T("请按文档所列各项填写。", "Give its parts by name, as the document shows them."),
    "reference": T("请填人员编号（字母、数字和 . _ : / @ -），不能填姓名；姓名只登记在身份信息中。",
                   "Give a reference (letters, digits and . _ : / @ -), never a name: names are kept apart."),
    "account": T("请填账号（字母、数字和 . _ : / @ -），不能填姓名。",
                 "Give an account (letters, digits and . _ : / @ -), never a name."),
    "official": T("请填有账号、当日任以下岗位之一的人员：{posts}。特邀或外聘的人员，请机构管理员先登记账号（不必登录）。",
                  "Name somebody with an account who holds one of these posts on that day: {posts}. For somebody from outside an "
                  "administrator opens an account first; they need not sign in."),
    "official_here": T("请填有账号、当日在本案单位任以下岗位之一的人员：{posts}。",
                       "Name somebody with an account who that day holds one of these posts in the unit of the case: {posts}."),
    "own_code": T("请填本单位的编号：字母、数字和 _ -，最多 40 个字符。",
                  "Give a number of your own: letters, digits and _ -, 40 characters at most."),
    "no_person": T("编号不得含姓名、证件号码或电话。", "It may hold nobody's name or number: give another."),
    "code": T("请填编号：字母、数字和 . _ -，最多 64 个字符。", "Give a code: letters, digits and . _ -, 64 characters at most."),
    "post": T("系统岗位不能由人担任，请填办理人的岗位。", "No person acts as the system: give the post in which you act."),
    "key": T("请填由可见的英文字符组成的键，例如 UUID。", "Give a key of printable ASCII characters, such as a UUID."),
    "key_reserved": T("以 sweep:、import:、demo: 开头的键由系统使用，请换一个。",
                      "Keys that begin with sweep:, import: or demo: are the program's own: take another."),
    "json": T("内容不是有效的 JSON，请检查后重新发送。", "It is no valid JSON: look at it again and send it anew."),
    "not_entered": T("文书须写明其姓名，而其身份信息尚未登记，请先登记。",
                     "The letter names this person, and nothing was entered about them: enter it first."),
    "erased": T("文书须写明其姓名，而其身份信息已销毁。", "The letter names this person, and what was known of them was erased."),
    "fonts": T("没有找到中文字体，无法排印文书。请安装字体（Debian、Ubuntu：apt-get install fonts-noto-cjk），"
               "或将该设置指向存放字体的文件夹。",
               "No Chinese font was found to set letters with. Install one (Debian, Ubuntu: apt-get install fonts-noto-cjk), "
               "or let this setting name a folder with fonts."),
    "unusable": T("此项内容无法使用，请核对后重新填写。", "It cannot be used: look at it again and give it anew."),
}
# fmt: on


def wrong(field: str, value: object, remedy: str, **words: object) -> Invalid:
    """The error of a field: `remedy` names what would be right, `words` fill its blanks (`choices` as two texts)."""
    told = REMEDIES[remedy]
    zh = {name: word.zh if isinstance(word, T) else word for name, word in words.items()}
    en = {name: word.en if isinstance(word, T) else word for name, word in words.items()}
    return Invalid(field, value, told.en.format(**en), told.zh.format(**zh))


def names(words: Iterable[str]) -> T:
    """Words as they are, in both languages."""
    found = list(words)
    return T("、".join(found), ", ".join(found))


def members(kind: type[Enum]) -> T:
    """The values of an enumeration; in Chinese with their names beside them."""
    zh = "、".join(f"{member.value}（{value_name(kind, member.value).zh}）" for member in kind)
    return T(zh, ", ".join(str(member.value) for member in kind))
