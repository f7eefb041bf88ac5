from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.core.places import Place, forget_tables, place_of, table_path
from apps.core.tests.tables import table


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path / "data"
    forget_tables()
    yield
    forget_tables()


def _run(*args: str) -> str:
    out = StringIO()
    call_command("ip_data", *args, stdout=out)
    return out.getvalue()


def test_a_table_is_installed_and_used_at_once(tmp_path: Path) -> None:
    file = tmp_path / "any.xdb"
    file.write_bytes(table("Germany|Bavaria|Munich|Net|DE"))
    assert place_of("8.8.8.8") == Place()
    assert "ip2region_v4.xdb" in _run("install", str(file))
    assert place_of("8.8.8.8").city == "Munich"
    assert "IPv6: ip2region_v6.xdb not installed" in _run("show")


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "any.xdb"
    file.write_bytes(b"no")
    with pytest.raises(CommandError, match="too short"):
        _run("install", str(file))
    with pytest.raises(CommandError, match="No such file"):
        _run("install", str(tmp_path / "none"))
    assert not table_path(4).exists()
