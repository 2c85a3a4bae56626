"""What a password must be, and a first one that nobody has thought up. Never repeat one in a message, a log or an event."""

from __future__ import annotations

import secrets
from typing import Final

from domain.errors import Invalid

SHORTEST, LONGEST, DIFFERENT = 10, 200, 5  # characters of a password
ROWS: Final = tuple(
    row + row[::-1]
    for row in ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
)
READABLE: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # what is not mistaken for something else on paper
GROUPS, LETTERS = 4, 4  # of a first password: 79 bits


def check_password(user: str, password: str, field: str = "password") -> None:
    """Raises Invalid for one that is easily guessed. The message never repeats it."""
    for fails, en, zh in (
        (len(password) < SHORTEST, f"Give at least {SHORTEST} characters.", f"密码至少{SHORTEST}个字符。"),
        (len(password) > LONGEST, f"Give at most {LONGEST} characters.", f"密码最多{LONGEST}个字符。"),
        (
            len(set(password)) < DIFFERENT,
            f"Use at least {DIFFERENT} different characters.",
            f"密码至少包含{DIFFERENT}个不同的字符。",
        ),
        (user.lower() in password.lower(), "Leave the account's name out of it.", "密码不能包含账号名。"),
        (
            any(password.lower() in row for row in ROWS),
            "Take no row of keys or digits.",
            "密码不能是键盘或数字的顺序。",
        ),
    ):
        if fails:
            raise Invalid(field, None, en, zh)


def first_password(user: str) -> str:
    """A password for somebody's first sign-in, easy to read from paper: `k7mn-p3qr-x9ab-4tuv`."""
    while True:
        made = "-".join("".join(secrets.choice(READABLE) for _ in range(LETTERS)) for _ in range(GROUPS))
        if not user or user.lower() not in made:
            return made
