from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.databases import database

HERE = Path("/data")


def test_without_an_address_the_data_folder_holds_the_database() -> None:
    settings = database("", data_dir=HERE, pool_size=8)
    assert settings["ENGINE"] == "config.runtime.sqlite"
    assert settings["NAME"] == "/data/atrium.sqlite3"
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in settings["OPTIONS"]["init_command"]


def test_sqlite_may_lie_elsewhere() -> None:
    assert database("sqlite:////srv/a.db", data_dir=HERE, pool_size=8)["NAME"] == "/srv/a.db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_comes_with_a_pool_and_prepared_statements(scheme: str) -> None:
    settings = database(f"{scheme}://me:p%40ss@db:5433/atrium", data_dir=HERE, pool_size=5)
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["USER"], settings["PASSWORD"]) == ("me", "p@ss")
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db", "5433", "atrium")
    assert settings["OPTIONS"]["pool"]["max_size"] == 5
    assert settings["OPTIONS"]["server_side_binding"] is True


def test_options_may_be_given_in_the_address() -> None:
    settings = database("postgresql://db/atrium?sslmode=require", data_dir=HERE, pool_size=5)
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert settings["USER"] == settings["PORT"] == ""


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_mysql_is_strict_and_speaks_every_language(scheme: str) -> None:
    settings = database(f"{scheme}://root@db/atrium", data_dir=HERE, pool_size=5)
    assert settings["ENGINE"] == "django.db.backends.mysql"
    assert settings["OPTIONS"]["charset"] == "utf8mb4"
    assert "STRICT_TRANS_TABLES" in settings["OPTIONS"]["init_command"]


def test_a_database_that_we_do_not_speak_to_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="'oracle'"):
        database("oracle://db/atrium", data_dir=HERE, pool_size=5)
