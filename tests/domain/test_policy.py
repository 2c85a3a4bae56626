"""Policy sets: what each says, which is in force, and how a wrong file is refused."""

from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree

import pytest

from domain import policy
from domain.errors import Invalid, NotFound
from domain.length import Length
from domain.policy import Approver, ExtensionRule, builtin_policies, read_policies
from domain.terms import Level, Severity

BOOK = builtin_policies()
ROOT = Path(__file__).parents[2]
FILES = Path(policy.__file__).with_name("policies")


def noon(year, month, day):
    return datetime(year, month, day, 4, tzinfo=UTC)


def lengths(ref, *codes):
    return [str(BOOK.get(ref).rule(code).length) for code in codes]


def most(ref, code):
    """The longest extension of a rule."""
    extend = BOOK.get(ref).rule(code).extend
    return str(extend and extend.max)


def days(ref, *codes):
    """The lengths of calendar-day rules, added up."""
    return sum(int(length.removesuffix(" CD")) for length in lengths(ref, *codes))


TERMS = ("P-ROUTE", "P-NOTIFY-DIRECT", "P-NOTIFY-TRANSFER", "P-HANDLE")


def test_fifteen_and_sixty_days_nationally_five_working_and_thirty_days_in_zhejiang():
    assert (
        lengths("CN-2022/1", *TERMS) == lengths("CN-2005/1", *TERMS) == ["15 CD", "15 CD", "15 CD", "60 CD"]
    )
    assert lengths("ZJ-2016/1", *TERMS) == ["5 WD", "5 WD", "5 WD", "30 CD"]
    assert [most(ref, "P-HANDLE") for ref in ("CN-2022/1", "CN-2005/1", "ZJ-2016/1")] == [
        "30 CD",
        "30 CD",
        "60 CD",
    ]


def test_the_longest_lawful_path_of_2022_is_120_days_to_the_opinion_and_240_to_finality():
    to_opinion = days("CN-2022/1", "P-ROUTE", "P-NOTIFY-TRANSFER", "P-HANDLE") + 30
    assert (to_opinion, most("CN-2022/1", "P-HANDLE")) == (120, "30 CD")
    assert to_opinion + days("CN-2022/1", "P-REV-REQ", "P-REV-DECIDE", "P-REC-REQ", "P-REC-DECIDE") == 240


def test_hearing_time_is_left_out_in_the_recheck_alone():
    for book in BOOK.all():
        assert [code for code, rule in book.rules.items() if "hearing" in rule.pause] == ["P-REC-DECIDE"]


def test_only_rights_of_citizens_roll_over_days_off():
    for book in BOOK.all():
        assert [code for code, rule in book.rules.items() if rule.roll] == [
            "D-CONFIRM",
            "P-REV-REQ",
            "P-REC-REQ",
        ]


def test_every_set_has_every_rule_and_disputes_are_the_same_everywhere():
    first, *others = BOOK.all()
    for other in others:
        assert list(other.rules) == list(first.rules)
        assert {c: r for c, r in other.rules.items() if c[0] != "P"} == {
            c: r for c, r in first.rules.items() if c[0] != "P"
        }


@pytest.mark.parametrize(
    ("jurisdiction", "at", "ref"),
    [
        ("CN", noon(2024, 1, 1), "CN-2022/1"),
        ("CN", noon(2022, 5, 1), "CN-2022/1"),
        ("CN", datetime(2022, 4, 30, 15, 59, tzinfo=UTC), "CN-2005/1"),
        ("CN", datetime(2022, 4, 30, 16, 0, tzinfo=UTC), "CN-2022/1"),  # midnight in Shanghai
        ("ZJ", noon(2018, 7, 1), "ZJ-2016/1"),
        ("ZJ", noon(2015, 7, 1), "CN-2005/1"),
        ("ZJ", noon(2024, 7, 1), "CN-2022/1"),
        ("a county without its own set", noon(2024, 7, 1), "CN-2022/1"),
    ],
)
def test_the_set_in_force_is_the_jurisdictions_own_else_the_national_one(jurisdiction, at, ref):
    assert BOOK.in_force(jurisdiction, at).ref == ref


def test_nobody_is_judged_by_a_law_to_come():
    with pytest.raises(NotFound, match=r"CN on 2005-04-30.*CN-2005/1"):
        BOOK.in_force("CN", noon(2005, 4, 30))
    with pytest.raises(NotFound, match="Known are"):
        BOOK.get("CN-2022/9")
    with pytest.raises(NotFound, match="P-HANDLE"):
        BOOK.get("CN-2022/1").rule("P-HANDEL")


def test_limits_of_the_township():
    limits = BOOK.get("CN-2022/1").limits
    assert limits.attempts == {Level.VILLAGE: 3, Level.TOWNSHIP: 3, Level.COUNTY: 1}
    assert limits.target_levels == {
        Severity.MINOR: Level.GRID,
        Severity.MAJOR: Level.VILLAGE,
        Severity.SERIOUS: Level.TOWNSHIP,
    }
    assert limits.return_within == Length.parse("5 WD")
    assert set(limits.skip_rules) == {"danger_to_life", "mass_incident", "crime_risk", "public_order"}


def test_mediation_is_extended_by_the_parties_alone():
    assert BOOK.get("CN-2022/1").rule("D-MEDIATE").extend == ExtensionRule(Approver.PARTIES)


HANDLE = 'title_en = "Handle the petition"\nlength = "60 CD"\n'


@pytest.mark.parametrize(
    ("old", "new", "field", "remedy"),
    [
        ('length = "60 CD"', 'length = "60 days"', "rules.P-HANDLE.length", '"60 CD"'),
        ('length = "60 CD"', "length = 60", "rules.P-HANDLE.length", "text in quotes"),
        (HANDLE, HANDLE + "rol = true\n", "rules.P-HANDLE.rol", "fields are title_zh"),
        (HANDLE, HANDLE + 'pause = ["holiday"]\n', "rules.P-HANDLE.pause", "Known are hearing"),
        (HANDLE, HANDLE + 'warn = "5 H"\n', "rules.P-HANDLE.warn", "Hours go with hours"),
        ('by = "unit_head"', 'by = "anyone"', "rules.P-HANDLE.extend.by", "unit_head, upper_unit, parties"),
        ('length = "10 WD"', 'length = "10 WD"\nroll = true', "rules.P-SIMPLE.roll", "day off"),
        (
            'length = "2 H"',
            'length = "2 H"\nexclude_start = false',
            "rules.P-URGENT.exclude_start",
            "one day or more",
        ),
        ('breach = "lapse"', 'breach = "fine"', "rules.P-OBJECT.breach", "red, yellow, lapse"),
        ("effective_from = 2022-05-01", "effective_from = 2022", "effective_from", "a date such as"),
        ("version = 1", "version = 1\neffective_to = 2022-04-30", "effective_to", "cannot lie before"),
        ('"township"]', '"city"]', "include", "Known are"),
        ("[rules.P-REG]", "[rules.D-PLAN]", "rules.D-PLAN.code", "from two files"),
        (
            "[rules.P-REG]",
            "[limits.attempts]\nhamlet = 1\n[rules.P-REG]",
            "limits.attempts.hamlet",
            "grid, village",
        ),
        ("[rules.P-REG]", "[limits]\nmax_returns = -1\n[rules.P-REG]", "limits.max_returns", "0 or more"),
        ("[rules.P-REG]", "[rules", "cn-2022.toml", "no TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_file_rule_field_and_remedy(tmp_path, old, new, field, remedy):
    folder = copytree(FILES, tmp_path / "policies")
    file = folder / "cn-2022.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Invalid, match=remedy) as refused:
        read_policies(folder)
    assert "cn-2022.toml" in refused.value.field and field in refused.value.field


def test_a_newer_version_of_a_set_takes_over_and_the_old_one_stays_readable(tmp_path):
    folder = copytree(FILES, tmp_path / "policies")
    text = (folder / "cn-2022.toml").read_text(encoding="utf-8")
    newer = (
        text.replace("version = 1", "version = 2")
        .replace("2022-05-01", "2027-01-01")
        .replace('"60 CD"', '"45 CD"')
    )
    (folder / "cn-2022-2.toml").write_text(newer, encoding="utf-8")
    book = read_policies(folder)
    assert book.in_force("CN", noon(2026, 12, 31)).ref == "CN-2022/1"
    assert book.in_force("CN", noon(2027, 1, 1)).rule("P-HANDLE").length == Length.parse("45 CD")
    assert book.get("CN-2022/1").rule("P-HANDLE").length == Length.parse("60 CD")
    assert book.get("CN-2022/2").effective_from == date(2027, 1, 1)
    (folder / "cn-2022-3.toml").write_text(newer, encoding="utf-8")
    with pytest.raises(Invalid, match=r"CN-2022/2.*higher version"):
        read_policies(folder)
