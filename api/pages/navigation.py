"""Where the pages lead: the entries on top of a page and along the bottom of a phone, by the post somebody acts in.

An entry only shows the way. What somebody may see behind it is decided there, never here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.rule import Title
from domain.terms import Role
from workflows.authority import SIGHT, Sight

REPORTS: Final = frozenset({Role.REPORTER, Role.MEDIATOR, Role.UNIT_HEAD, Role.INTAKE, Role.HANDLER})
REGISTERS: Final = frozenset({Role.INTAKE, Role.HANDLER, Role.UNIT_HEAD})
COUNTS: Final = frozenset(
    {Role.UNIT_HEAD, Role.SPONSOR, Role.SUPERVISOR, Role.REVIEWER, Role.AUDITOR, Role.HANDLER}
)
ADMINISTERS: Final = frozenset({Role.ORG_ADMIN})
RULES: Final = frozenset({Role.POLICY_ADMIN, Role.ORG_ADMIN, Role.SUPERVISOR, Role.AUDITOR})
SEES_CASES: Final = frozenset(post for post, sight in SIGHT.items() if sight not in (Sight.NONE, Sight.NAMED))
ANYBODY: Final = frozenset(Role)


@dataclass(frozen=True)
class Entry:
    """A way to a page: address, name, icon, and the posts that are shown it."""

    path: str
    said: Title
    icon: str
    posts: frozenset[Role]

    def leads_to(self, path: str) -> bool:
        """Whether a page belongs under this entry."""
        return path == self.path or path.startswith(self.path + "/")


# Data: the first four that a post sees stand along the bottom of a phone.
ENTRIES: Final = (
    Entry("/work", Title("工作", "Work"), "work", ANYBODY),
    Entry("/report", Title("上报", "Report"), "add", REPORTS),
    Entry("/register", Title("登记", "Register"), "register", REGISTERS),
    Entry("/cases", Title("案件", "Cases"), "cases", SEES_CASES),
    Entry("/deadlines", Title("期限", "Deadlines"), "soon", SEES_CASES),
    Entry("/dashboard", Title("看板", "Dashboard"), "chart", COUNTS),
    Entry("/units", Title("单位", "Units"), "units", ANYBODY),
    Entry("/accounts", Title("账号", "Accounts"), "people", ADMINISTERS),
    Entry("/policies", Title("规则", "Rules"), "rules", RULES),
    Entry("/calendars", Title("日历", "Calendars"), "calendar", RULES),
    Entry("/imports", Title("导入", "Import"), "import", ADMINISTERS),
    Entry("/help", Title("帮助", "Help"), "help", ANYBODY),
)


def entries_for(post: Role | None) -> Sequence[Entry]:
    """What somebody in this post is shown; help alone for who is not signed in."""
    if post is None:
        return [entry for entry in ENTRIES if entry.path == "/help"]
    return [entry for entry in ENTRIES if post in entry.posts]
