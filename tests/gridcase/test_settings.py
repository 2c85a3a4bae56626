"""Settings: documented, refused with a remedy, one key for all processes. Nothing here starts a server."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.errors import Invalid
from gridcase.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch, tmp_path):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"GRIDCASE_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_documents_with_its_default_and_its_reason(name):
    field = Settings.model_fields[name]
    default = "unset" if field.default is None else f"`{field.default}`"
    start = f"| `GRIDCASE_{name.upper()}` | {default} | {field.description}".removesuffix(".")
    assert start in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("GRIDCASE_PORT", "http", "valid integer"),
        ("GRIDCASE_DATABASE_URL", "mysql://u:secret@h/d", "sqlite:///FILE or postgresql://"),
        ("GRIDCASE_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
    ],
)
def test_a_value_that_is_not_usable_is_refused_by_name_and_with_a_remedy(
    empty_environment, variable, value, remedy
):
    empty_environment.setenv(variable, value)
    with pytest.raises(Invalid) as refusal:
        Settings.read()
    assert refusal.value.field == variable
    assert remedy in refusal.value.remedy
    assert "secret" not in str(refusal.value)


def test_a_database_may_be_named_as_sqlalchemy_does():
    settings = Settings(database_url="postgresql+psycopg://gridcase@db/gridcase")
    assert settings.database_url == "postgresql://gridcase@db/gridcase" and not settings.on_sqlite


def test_an_empty_variable_counts_as_unset(empty_environment):
    empty_environment.setenv("GRIDCASE_PORT", "")
    assert Settings.read().port == 8000


@pytest.mark.parametrize(
    ("url", "inside"), [("sqlite:///township.db", True), ("postgresql://gridcase@db/gridcase", False)]
)
def test_the_worker_runs_inside_the_server_on_sqlite_unless_told_otherwise(url, inside):
    assert Settings(database_url=url).runs_worker_inside is inside
    assert Settings(database_url=url, worker_inside=not inside).runs_worker_inside is not inside


def test_all_who_ask_at_once_share_one_key_that_others_cannot_read(tmp_path):
    settings = Settings(database_url=f"sqlite:///{tmp_path}/township.db")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: settings.cursor_secret(), range(32)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["township.key"]
    assert (tmp_path / "township.key").stat().st_mode & 0o077 == 0
