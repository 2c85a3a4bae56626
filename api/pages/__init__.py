"""The pages of the workbench: HTML from the server, readable without JavaScript. One router per page file, listed here."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter

from api.pages import (  # one a line: who adds a page changes one line
    assets,
    cases,
    changes,
    dashboard,
    figures,
    help,
    home,
    imports,
    intake,
    letters,
    live,
    me,
    receipts,
    reveal,
    rules,
    sign_in,
    trigger,
    units,
)
from api.pages.accounts import listed as list_of_accounts
from api.pages.accounts import one as account
from api.pages.accounts import opening as new_account
from api.pages.lists import bulk, searches, work
from api.pages.lists import cases as list_of_cases
from api.pages.lists import deadlines as list_of_deadlines

PAGES: Final = Path(__file__).parent

# No part of the API's document. Order counts where addresses overlap: /cases/{code} after what has a fixed name under /cases.
ROUTERS: Final[tuple[APIRouter, ...]] = (
    assets.router,
    home.router,
    sign_in.router,
    me.router,
    work.router,
    bulk.router,
    list_of_cases.router,
    searches.router,
    list_of_deadlines.router,
    intake.router,
    receipts.router,
    cases.router,
    changes.router,
    reveal.router,
    letters.router,
    trigger.router,
    units.router,
    list_of_accounts.router,
    new_account.router,
    account.router,
    rules.router,
    imports.router,
    help.router,
    dashboard.router,
    figures.router,
    live.router,
)
