"""What somebody who is signed in may see, for the pages. One question, asked of the scope; nothing is decided here."""

from __future__ import annotations

from api.access.signed import Signed
from api.context import Context
from domain.case import Case
from domain.errors import NotFound
from domain.organisation import local_date
from domain.scope import Scope


def scope_of(context: Context, me: Signed) -> Scope:
    """The scope of the offices that somebody holds today."""
    return Scope(roots=frozenset(office.unit for office in me.offices), user=me.user)


def seen_case(context: Context, me: Signed, code: str) -> Case:
    """The case, for somebody who may see it. Raises NotFound: what one may not see is as if it were not there."""
    case = context.service.case(code)
    units = context.service.reference.organisation()
    if not scope_of(context, me).covers(case, units, local_date(context.now())):
        raise NotFound("case", code, "Look at its code again: one matter has one code for life.")
    return case
