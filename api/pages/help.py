"""Help: the first ten minutes in the demonstration district, the keyboard, and the terms. Read by anybody, signed in or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from api.access.signed import Visitor
from api.here import Here
from api.pages.shell import page
from domain.glossary import CONCEPTS
from domain.names import CASE_TYPES, NAMES, PHASES, STAGES
from domain.rule import Title
from domain.terms import Outcome, Role, Severity

router = APIRouter()


@dataclass(frozen=True)
class Lesson:
    """A step of the first ten minutes: what to do, where, and what to see there."""

    title: Title
    said: Title
    path: str


# fmt: off
FIRST_MINUTES: Final = (
    Lesson(Title("登录", "Sign in"),
           Title("用演示账号里的网格员登录。启动时，终端里列出了每个岗位的账号。",
                 "Sign in as the grid worker of the demonstration: the terminal lists an account for every post."), "/sign-in"),
    Lesson(Title("上报一件纠纷", "Report a dispute"),
           Title("写标题和摘要，选类型，加一位当事人，点“上报”。",
                 "Write a title and a summary, choose a kind, add a party, press “Report”."), "/report"),
    Lesson(Title("看清什么时候到期", "See what is due and why"),
           Title("案件页写着到期日。点开“这一天是怎么算出来的”，逐步看依据。",
                 "The page of the case tells the due day. Open “How this day comes about” for each step and its law."), "/cases"),
    Lesson(Title("就地化解", "Settle on the spot"),
           Title("双方同意并当场履行的，选“就地化解”。条件不够时，系统说明还差什么，并且什么也不记录。",
                 "Where everybody agreed and it was done at once, settle it. If a condition is missing you are told "
                 "which, and nothing is recorded."),
           "/work"),
    Lesson(Title("换一位调解员", "Become the mediator"),
           Title("退出，用村调解员登录，在“工作”里受理一件，安排一次调解。",
                 "Sign out, sign in as the village mediator, accept a case in “Work” and hold a session."), "/work"),
    Lesson(Title("看指标从哪里来", "See where a figure comes from"),
           Title("用督查账号登录，打开看板，点任意一个数字，看到它的分子、分母和每一件案件。",
                 "Sign in as the supervisor, open the dashboard and press any number: numerator, denominator and "
                 "every case behind it."),
           "/dashboard"),
)
KEYS: Final = (
    (Title("Tab / Shift+Tab", "Tab / Shift+Tab"), Title("下一个、上一个", "next, previous")),
    (Title("Enter / 空格", "Enter / Space"), Title("打开链接、按下按钮、展开说明", "open a link, press a button, unfold")),
    (Title("Esc", "Esc"), Title("关闭菜单", "close a menu")),
    (Title("第一次按 Tab", "the first Tab"), Title("出现“跳到正文”", "shows “Skip to the text”")),
)
# fmt: on
VALUES: Final[Mapping[Title, Iterable[Title]]] = {
    Title("案件类型", "Case types"): tuple(CASE_TYPES.values()),
    Title("阶段", "Stages"): tuple(STAGES.values()),
    Title("环节", "Phases"): tuple(PHASES.values()),
    Title("严重程度", "Severity"): tuple(NAMES[Severity].values()),
    Title("办结方式", "Outcomes"): tuple(NAMES[Outcome].values()),
    Title("岗位", "Posts"): tuple(NAMES[Role].values()),
}


@router.get("/help")
def help_page(request: Request, context: Here, me: Visitor) -> Response:
    return page(request, context, me, "help.html", lessons=FIRST_MINUTES, keys=KEYS)


@router.get("/glossary")
def glossary(request: Request, context: Here, me: Visitor) -> Response:
    return page(request, context, me, "glossary.html", concepts=CONCEPTS, values=VALUES)
