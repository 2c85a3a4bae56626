"""What all pages share: the templates, the language, the reader's preferences, how a page is answered.

`page` is the one way to answer with HTML. Never build HTML in Python, and never mark a string as safe: what people wrote
is escaped by the template.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData

from api.context import Context
from api.pages import assets, languages
from api.pages.choices import named
from api.pages.languages import Language, language_of
from api.pages.navigation import entries_for
from domain.glossary import CONCEPTS
from domain.organisation import local_date
from workflows.accounts import Accounts

TEMPLATES: Final = Path(__file__).parent / "templates"
THEME: Final = "gridcase_theme"
THEMES: Final = ("auto", "light", "dark")
A_YEAR: Final = 365 * 86_400
SMALL: Final = 1_000  # bytes that are not worth compressing


@dataclass(frozen=True)
class Reader:
    """What a template may ask about the request: where it is, and how its reader wants to see it."""

    path: str
    query: tuple[tuple[str, str], ...]
    theme: str

    def here(self, **changes: str) -> str:
        """This address with other values in its query; an empty one takes a value out."""
        kept = [(name, value) for name, value in self.query if name not in changes]
        asked = urlencode([*kept, *((name, value) for name, value in changes.items() if value)])
        return f"{self.path}?{asked}" if asked else self.path


@cache
def environment(code: str) -> Environment:
    """The templates in one language."""
    language = languages.languages()[code]
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_translations(language.words, newstyle=True)  # type: ignore[attr-defined]
    filters = (
        "say",
        "begin",
        "day",
        "short_day",
        "instant",
        "state",
        "value",
        "case_type",
        "anonymous",
        "officials",
        "law",
        "days",
    )
    made.filters |= {name: getattr(language, name) for name in filters}
    concepts = {one.term.en: one for one in CONCEPTS}
    made.globals |= {"lang": language, "asset": assets.address, "concepts": concepts}
    return made


def page(
    request: Request, context: Context, me: Any, name: str, /, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A page from its template. `me` is who is signed in, or None; `values` are the template's own.

    A template also has what docs/pages.md tells: `me`, `reader`, `csrf`, `now`, `unit(code)` and the filters.
    """
    now, units = context.now(), context.service.reference.organisation()

    def unit(code: str) -> str:
        """A unit by its name of today; the code of one that is not known."""
        return named(units, code, local_date(now)) if code and units.exists(code) else code

    own = Accounts(context.service.log, context.service.reference).names([me.user]) if me else {}
    told = {"now": now, "unit": unit, "my_name": own.get(me.user, me.user) if me else ""}
    return rendered(request, me, name, status=status, **{**told, **values})


def rendered(request: Request, me: Any, name: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The same without a context: for what is told when the program itself is in trouble."""
    language = language_of(request)
    theme = asked(request, "theme", THEME, THEMES)
    acting = me.acting if me else None
    told = {
        "me": me,
        "csrf": me.csrf if me else "",
        "unit": str,
        "my_name": me.user if me else "",
        "reader": Reader(request.url.path, tuple(request.query_params.multi_items()), theme),
        "main_ways": entries_for(acting.post if acting else None),
        **values,
    }
    html = environment(language.code).get_template(name).render(told)
    answer = HTMLResponse(html, status)
    answer.headers["Content-Language"] = language.tag
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "Cookie, Accept-Language, Accept-Encoding"
    remember(request, answer, "lang", languages.COOKIE, tuple(languages.languages()))
    remember(request, answer, "theme", THEME, THEMES)
    return packed(request, answer)


def packed(request: Request, answer: HTMLResponse) -> HTMLResponse:
    """The page compressed, where the client unpacks it.

    A token beside text that a stranger may choose is safe: our cookies are SameSite, a stranger's page gets no such answer.
    """
    if len(answer.body) >= SMALL and assets.takes_gzip(request):
        answer.body = gzip.compress(bytes(answer.body), 9, mtime=0)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer


def asked(request: Request, parameter: str, cookie: str, known: tuple[str, ...]) -> str:
    """A preference: in the address, else in the cookie, else the first known."""
    for value in (request.query_params.get(parameter, ""), request.cookies.get(cookie, "")):
        if value in known:
            return value
    return known[0]


def remember(
    request: Request, answer: HTMLResponse, parameter: str, cookie: str, known: tuple[str, ...]
) -> None:
    """Keep a preference that the address asked for."""
    value = request.query_params.get(parameter, "")
    if value in known:
        secure = request.url.scheme == "https"
        answer.set_cookie(cookie, value, max_age=A_YEAR, httponly=True, secure=secure, samesite="lax")


def on_its_way(request: Request, answer: Response) -> Response:
    """A file whose making took a while: its answer tells the page that asked, by the mark that live.js gave it."""
    mark = request.query_params.get("mark", "")
    if mark.isascii() and mark.isdecimal() and len(mark) < 20:
        secure = request.url.scheme == "https"
        answer.set_cookie("gridcase_file", mark, max_age=60, secure=secure, samesite="strict")
    return answer


def words(request: Request) -> Language:
    """The reader's language, for what a page says from Python."""
    return language_of(request)


def see_other(path: str, **query: str) -> RedirectResponse:
    """After a form was done: look there (303). `path` is one of ours, never what somebody sent."""
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303)


def own_path(asked_for: str, otherwise: str = "/") -> str:
    """An address that a form or a link brought along, if it is one of ours: a path, never another site's."""
    safe = asked_for.startswith("/") and not asked_for.startswith(("//", "/\\")) and asked_for.isprintable()
    return asked_for if safe and "\\" not in asked_for else otherwise


def kept_fields(posted: FormData) -> list[tuple[str, str]]:
    """Every text that a form brought, in order, without its token: so that nothing typed is lost."""
    return [
        (name, value) for name, value in posted.multi_items() if isinstance(value, str) and name != "csrf"
    ]
