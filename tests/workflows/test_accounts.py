"""Accounts: who may open them, which posts exclude each other, what a secret opens, and what the log tells of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.account import Account, Office, Reach
from domain.actor import Actor
from domain.errors import Invalid, NotFound, NotYourTurn, Refused
from domain.terms import Role
from eventlog import passwords
from eventlog.credentials import SessionRow, digest
from tests.support.township import ADMIN, Township, at
from workflows.accounts import CONSOLE, Accounts, Enrolled
from workflows.authority import APART, ON_CASES
from workflows.password_rules import first_password

GOOD = "three-herons-5"
TOWN = Actor("tao", Role.ORG_ADMIN, "T1")  # administers T1 and what stands under it


@pytest.fixture
def accounts(township: Township) -> Accounts:
    township.now.instant = at(3, 2)
    accounts = Accounts(township.log, township.service.reference, township.now)
    for user, post, unit in (("wang", Role.REPORTER, "G1"), ("zhou", Role.UNIT_HEAD, "C")):
        accounts.open(user, user.title(), by=CONSOLE)
        accounts.fill(user, post, unit, by=CONSOLE)
    return accounts


def session(user: str, name: str) -> SessionRow:
    return SessionRow(digest(name), user, "csrf", at(3, 2), at(3, 2), at(3, 3))


def test_an_account_holds_posts_from_a_day_to_a_day(accounts: Accounts) -> None:
    accounts.open("li", "李立夏", by=ADMIN)
    accounts.fill("li", Role.MEDIATOR, "V1M", since=date(2026, 3, 1), by=ADMIN)
    accounts.fill("li", Role.INTAKE, "T1", since=date(2026, 4, 1), until=date(2026, 5, 1), by=ADMIN)
    accounts.vacate("li", Role.MEDIATOR, "V1M", until=date(2026, 4, 15), by=ADMIN)
    account = accounts.account("li")
    held = {day: [office.name for office in account.held(day)] for day in map(date.fromisoformat, (
        "2026-02-28", "2026-03-01", "2026-04-14", "2026-04-15", "2026-05-01"))}  # fmt: skip
    assert list(held.values()) == [[], ["mediator@V1M"], ["mediator@V1M", "intake@T1"], ["intake@T1"], []]
    assert accounts.names(["li", "nobody"]) == {"li": "李立夏"}


@pytest.mark.parametrize(
    ("user", "post", "unit", "since"),
    [
        ("li", Role.SYSTEM, "T1", None),
        ("li", Role.CITIZEN, "T1", None),
        ("li", Role.MEDIATOR, "", None),
        ("wang", Role.REPORTER, "G1", date(2026, 6, 1)),  # held already
    ],
)
def test_what_nobody_can_hold(
    accounts: Accounts, user: str, post: Role, unit: str, since: date | None
) -> None:
    accounts.open("li", "Li", by=CONSOLE)
    with pytest.raises(Invalid):
        accounts.fill(user, post, unit, since=since, by=CONSOLE)


def test_a_post_is_held_in_a_unit_that_stands(accounts: Accounts) -> None:
    for unit, since in (("NOWHERE", None), ("G1", date(1990, 1, 1))):
        with pytest.raises(NotFound):
            accounts.fill("wang", Role.MEDIATOR, unit, since=since, by=CONSOLE)


@pytest.mark.parametrize("user", ["", "Li", "li mei", "李", "li@x", ".li", "a" * 51])
def test_a_user_is_named_in_small_letters(accounts: Accounts, user: str) -> None:
    with pytest.raises(Invalid, match="small letters"):
        accounts.open(user, "Somebody", by=CONSOLE)


def test_an_account_is_opened_once(accounts: Accounts) -> None:
    with pytest.raises(Invalid, match="Take another one"):
        accounts.open("wang", "Another Wang", by=CONSOLE)


def test_an_administrator_of_a_town_administers_what_stands_under_it(accounts: Accounts) -> None:
    accounts.open("li", "Li", by=TOWN)
    accounts.fill("li", Role.MEDIATOR, "V1M", by=TOWN)
    for unit in ("V3", "T2", "C"):
        with pytest.raises(NotYourTurn, match="under it"):
            accounts.fill("li", Role.MEDIATOR, unit, by=TOWN)
    accounts.suspend("li", by=TOWN, reason="长期病假")
    accounts.restore("li", by=TOWN, reason="回岗")
    accounts.fill("li", Role.HANDLER, "CB", by=ADMIN)  # from now on a county's matter too
    with pytest.raises(NotYourTurn, match="every post"):
        accounts.set_password("li", GOOD, by=TOWN)


def test_only_administrators_administer_and_nobody_themselves(accounts: Accounts) -> None:
    for by in (Actor("zhou", Role.UNIT_HEAD, "C"), Actor("p", Role.POLICY_ADMIN, "C")):
        with pytest.raises(NotYourTurn, match="administrator"):
            accounts.open("li", "Li", by=by)
    accounts.open("tao", "Tao", by=CONSOLE)
    accounts.fill("tao", Role.ORG_ADMIN, "T1", by=CONSOLE)
    with pytest.raises(NotYourTurn, match="nobody administers"):
        accounts.fill("tao", Role.SUPERVISOR, "T1", by=TOWN)
    with pytest.raises(NotYourTurn, match="nobody administers"):
        accounts.set_password("tao", GOOD, by=TOWN)


def test_an_account_of_another_unit_is_as_if_it_were_not_there(accounts: Accounts) -> None:
    accounts.open("luo", "罗成", by=Actor("other", Role.ORG_ADMIN, "T2"))
    for user in ("luo", "zhou"):  # opened elsewhere without a post; a post elsewhere
        for act in (
            lambda user: accounts.fill(user, Role.MEDIATOR, "V1M", by=TOWN),
            lambda user: accounts.suspend(user, by=TOWN, reason="x"),
            lambda user: accounts.rename(user, "Lo", by=TOWN),
            lambda user: accounts.sign_out_everywhere(user, by=TOWN),
        ):
            with pytest.raises(NotFound):
                act(user)


def test_who_has_left_is_answered_for_where_the_last_post_was(accounts: Accounts) -> None:
    accounts.vacate("wang", Role.REPORTER, "G1", until=date(2026, 3, 10), by=TOWN)
    accounts.fill("wang", Role.REPORTER, "V3", since=date(2026, 3, 10), until=date(2026, 4, 1), by=ADMIN)
    accounts.clock.instant = at(5, 1)  # type: ignore[attr-defined]
    account = accounts.account("wang")
    other = Actor("other", Role.ORG_ADMIN, "T2")
    assert accounts.rules.over(other, account) and accounts.rules.over(ADMIN, account)
    assert accounts.rules.sees(TOWN, account) and not accounts.rules.over(TOWN, account)


def test_nobody_gives_themselves_a_post_under_another_user(accounts: Accounts) -> None:
    accounts.open("tao", "陶 文", by=CONSOLE)
    accounts.fill("tao", Role.ORG_ADMIN, "T1", by=CONSOLE)
    with pytest.raises(NotYourTurn, match="own_name"):
        accounts.admit(Enrolled("tao2", "陶文", Role.HANDLER, "T1"), GOOD, by=TOWN)
    accounts.admit(Enrolled("tao2", "文某", Role.HANDLER, "T1"), GOOD, by=TOWN)
    with pytest.raises(NotYourTurn, match="own_name"):
        accounts.rename("tao2", "陶文", by=TOWN)
    accounts.rename("tao2", "陶文", by=ADMIN)  # somebody else knows that it is another person
    with pytest.raises(NotYourTurn, match="own_name"):
        accounts.fill("tao2", Role.MEDIATOR, "V1M", by=TOWN)
    with pytest.raises(NotYourTurn, match="not_oneself"):
        accounts.suspend("tao", by=TOWN, reason="x")


def test_an_account_is_admitted_whole_or_not_at_all(accounts: Accounts) -> None:
    for one, error in (
        (Enrolled("mei", "梅", Role.HANDLER, "T2"), NotYourTurn),
        (Enrolled("mei", "梅", Role.POLICY_ADMIN, "T1"), NotYourTurn),
        (Enrolled("mei", " ", Role.HANDLER, "T1"), Invalid),
        (Enrolled("mei", "梅", Role.SYSTEM, "T1"), Invalid),
        (Enrolled("wang", "王", Role.HANDLER, "T1"), Invalid),
    ):
        with pytest.raises(error):
            accounts.admit(one, GOOD, by=TOWN)
        assert accounts.credentials.password("mei") is None
    accounts.admit(Enrolled("mei", "梅", Role.HANDLER, "T1"), first_password("mei"), by=TOWN)
    account = accounts.account("mei")
    assert account.password_temporary and account.opened_in == "T1"
    assert accounts.credentials.password("mei") and accounts.names(["mei"]) == {"mei": "梅"}


def test_who_keeps_the_rules_is_appointed_from_the_top(accounts: Accounts) -> None:
    accounts.open("gui", "桂", by=ADMIN)
    accounts.fill("gui", Role.POLICY_ADMIN, "T1", by=ADMIN)  # C is the highest unit here
    accounts.open("gui2", "桂", by=TOWN)
    with pytest.raises(NotYourTurn, match="top_appoints"):
        accounts.fill("gui2", Role.POLICY_ADMIN, "T1", by=TOWN)


@pytest.mark.parametrize("apart", sorted(APART))
def test_who_administers_or_audits_holds_no_post_that_works_on_cases(accounts: Accounts, apart: Role) -> None:
    with pytest.raises(Refused, match="posts_apart"):
        accounts.fill("wang", apart, "C", by=CONSOLE)
    accounts.open("new", "New", by=CONSOLE)
    accounts.fill("new", apart, "C", until=date(2026, 6, 1), by=CONSOLE)
    for post in sorted(ON_CASES):
        with pytest.raises(Refused, match="posts_apart"):
            accounts.fill("new", post, "T1", since=date(2026, 5, 31), by=CONSOLE)
    accounts.fill("new", Role.HANDLER, "T1", since=date(2026, 6, 1), by=CONSOLE)  # one after the other


def test_every_post_is_known_to_work_on_cases_or_not() -> None:
    neither = {Role.PRIVACY_OFFICER, Role.CITIZEN, Role.SYSTEM}
    assert set(Role) == APART | ON_CASES | neither and not APART & ON_CASES


@pytest.mark.parametrize(
    "password", ["short", "a" * 12, "abababababab", "0123456789", "qwertyuiop", "x-wang-2026-x", "x" * 201]
)
def test_a_password_that_is_easily_guessed_is_refused_and_never_repeated(
    accounts: Accounts, password: str
) -> None:
    with pytest.raises(Invalid) as refused:
        accounts.set_password("wang", password, by=CONSOLE)
    assert password not in str(refused.value)
    assert accounts.credentials.password("wang") is None


def test_a_password_is_kept_as_argon2id_and_told_nowhere(accounts: Accounts, township: Township) -> None:
    accounts.set_password("wang", GOOD, by=ADMIN)
    hash = accounts.credentials.password("wang")
    assert hash is not None and hash.startswith("$argon2id$") and passwords.matches(hash, GOOD)
    assert not passwords.matches(hash, GOOD + "x") and not passwords.matches(None, GOOD)
    assert accounts.account("wang").password_temporary
    secret, token = accounts.issue(
        "zhou", reach=Reach.ACT, expires=township.now() + timedelta(days=30), by=CONSOLE
    )
    told = b"".join(row[5] for row in township.log.recorder.rows_after(0, None))
    for kept in (GOOD, hash, secret):
        assert kept.encode() not in told
    assert token.id.encode() in told


def test_the_same_characters_open_however_a_keyboard_composes_them(accounts: Accounts) -> None:
    accounts.set_password("wang", "caf\u00e9-herons-5", by=ADMIN)
    assert passwords.matches(accounts.credentials.password("wang"), "cafe\u0301-herons-5")


def test_whoever_changes_their_password_stays_in_here_and_is_out_everywhere_else(accounts: Accounts) -> None:
    accounts.set_password("wang", GOOD, by=ADMIN)
    for name in ("here", "there"):
        accounts.credentials.put_session(session("wang", name))
    me = Actor("wang", Role.REPORTER, "G1")
    with pytest.raises(Invalid, match="old_password"):
        accounts.change_password("wang", "wrong", "four-herons-6", by=me)
    with pytest.raises(Invalid, match="another one"):
        accounts.change_password("wang", GOOD, GOOD, by=me)
    accounts.change_password("wang", GOOD, "four-herons-6", by=me, session=digest("here"))
    assert [row.digest for row in accounts.credentials.sessions_of("wang")] == [digest("here")]
    assert not accounts.account("wang").password_temporary


def test_a_token_is_issued_by_the_person_or_for_a_program(accounts: Accounts, township: Township) -> None:
    soon = township.now() + timedelta(days=30)
    accounts.set_password("wang", GOOD, by=ADMIN)
    me = Actor("wang", Role.REPORTER, "G1")
    with pytest.raises(Refused, match="own_tokens"):
        accounts.issue("wang", reach=Reach.READ, expires=soon, by=ADMIN)
    secret, token = accounts.issue("wang", reach=Reach.READ, expires=soon, by=me, office="reporter@G1")
    assert accounts.credentials.token(digest(secret)).account == "wang"  # type: ignore[union-attr]
    accounts.open("gateway", "12345", by=ADMIN)
    accounts.fill("gateway", Role.INTAKE, "C", by=ADMIN)
    accounts.issue("gateway", reach=Reach.ACT, expires=soon, by=ADMIN)
    for wrong in ({"office": "handler@G1"}, {"expires": township.now()}, {"expires": at(1, 1, year=2030)}):
        with pytest.raises(Invalid):
            accounts.issue("wang", **{"reach": Reach.READ, "expires": soon, "by": me} | wrong)  # type: ignore[arg-type]
    accounts.revoke("wang", token.id, by=ADMIN)
    assert accounts.credentials.token(digest(secret)) is None
    with pytest.raises(Invalid):
        accounts.revoke("wang", token.id, by=ADMIN)


def test_suspending_and_signing_out_end_every_session(accounts: Accounts) -> None:
    for act in (accounts.suspend, accounts.sign_out_everywhere):
        for name in ("a", "b"):
            accounts.credentials.put_session(session("wang", name))
        act("wang", by=ADMIN, reason="手机遗失")
        assert accounts.credentials.sessions_of("wang") == []
    with pytest.raises(Invalid, match="suspended already"):
        accounts.suspend("wang", by=ADMIN, reason="手机遗失")
    with pytest.raises(Invalid, match="reason"):
        accounts.restore("wang", by=ADMIN)


def test_an_account_comes_back_from_its_events(accounts: Accounts) -> None:
    accounts.set_password("wang", GOOD, by=ADMIN)
    accounts.suspend("wang", by=ADMIN, reason="调离")
    told = [
        (one.event.TOPIC, one.event.entry.actor.user)
        for one in accounts.log.history(accounts.account("wang").id)
    ]
    assert told == [
        ("account.opened", "console"), ("account.post_filled", "console"), ("account.password_set", "admin"),
        ("account.suspended", "admin"),
    ]  # fmt: skip
    account: Account = accounts.account("wang")
    assert account.suspended and account.offices == (Office(Role.REPORTER, "G1", date(2026, 3, 2)),)
