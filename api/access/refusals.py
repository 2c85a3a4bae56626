"""Why somebody is not let in, or not as whom they say: each with its problem in api/errors.py."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import GridcaseError


class NotSignedIn(GridcaseError):
    """Nobody is signed in. JSON is answered by 401, a page leads to the sign-in."""

    def __init__(self) -> None:
        super().__init__("Nobody is signed in.")


class AccessRefused(GridcaseError):
    """Signed in, but not like this (403): `rule`, and what it asks for in both languages."""

    rule = "access"

    def __init__(self, zh: str, en: str, remedy: str) -> None:
        self.sentence_zh, self.sentence_en, self.remedy = zh, en, remedy
        super().__init__(f"{zh}。{en[0].upper()}{en[1:]}. {remedy}")


class NoOffice(AccessRefused):
    """Nobody acts without an office, and in several only after choosing one."""

    rule = "office_chosen"

    def __init__(self, user: str, offices: Sequence[str]) -> None:
        if offices:
            zh, en = "请先选择以哪个岗位办理", "choose the office in which you act"
            remedy = f"Send Gridcase-Office with one of: {', '.join(offices)}."
        else:
            zh, en = "今日未任任何岗位", f"{user} holds no office today"
            remedy = "Ask an organisation administrator for a post."
        super().__init__(zh, en, remedy)


class OfficeNotHeld(AccessRefused):
    """An office that the user does not hold today."""

    rule = "office_held"

    def __init__(self, said: str, offices: Sequence[str]) -> None:
        self.said = said
        remedy = f"Take one of: {', '.join(offices) or '(none)'}."
        super().__init__(f"今日未任此岗位（{said}）", f"the office is held today ({said})", remedy)


class AnotherUser(AccessRefused):
    """A body that names somebody else than who is signed in."""

    rule = "own_user"

    def __init__(self, user: str, said: str) -> None:
        remedy = "Leave actor.user out, or sign in as that user."
        super().__init__(
            f"只能以本人身份办理（已登录：{user}）", f"people act as themselves: {user} is signed in, not {said}", remedy
        )  # fmt: skip


class ReadOnly(AccessRefused):
    """A token that may only read."""

    rule = "token_acts"

    def __init__(self) -> None:
        super().__init__(
            "此令牌只可读取", "this token is for reading only", "Use a token whose scope is act."
        )


class Forged(AccessRefused):
    """A request with a session's cookie that does not carry the session's own token: another site may have sent it."""

    rule = "csrf"

    def __init__(self) -> None:
        super().__init__(
            "页面已过期，请刷新后重试",
            "the page is out of date",
            "Load it again, then send the form once more.",
        )


class PasswordDue(AccessRefused):
    """The password was set by somebody else: it is good for choosing one's own. A page leads there."""

    rule = "password_due"

    def __init__(self) -> None:
        zh, en = "请先修改密码", "choose a password of your own first"
        super().__init__(zh, en, "Change it at /me/password.")
