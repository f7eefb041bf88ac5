from pathlib import Path
from typing import Any

import pytest

from apps.core.places import (
    Place,
    _place,
    forget_tables,
    place_of,
    place_text,
    table_path,
    table_version,
)
from apps.core.tests.tables import table


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> Any:
    settings.DATA_DIR = tmp_path
    forget_tables()
    yield
    forget_tables()


def test_without_a_table_a_place_is_blank() -> None:
    assert place_of("8.8.8.8") == Place("", "", "")


def test_a_table_tells_the_place_of_an_address() -> None:
    table_path(4).write_bytes(table("Germany|Bavaria|Munich|Net|DE"))
    assert place_of("8.8.8.8") == Place("Germany", "Bavaria", "Munich")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1", "", "none", "2001:4860::8"])
def test_other_addresses_have_none(address: str) -> None:
    table_path(4).write_bytes(table("Germany|Bavaria|Munich|Net|DE"))
    assert place_of(address) == Place()


@pytest.mark.parametrize("content", [b"", b"x" * 1_000_000, table("a|b|c|d|EE")[:80_000]])
def test_a_file_that_is_no_table_is_left_out(content: bytes) -> None:
    with pytest.raises(ValueError, match="table of addresses"):
        table_version(content)
    table_path(4).write_bytes(content)
    assert place_of("8.8.8.8") == Place()


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ("China|0|Guangdong|Shenzhen|Net", Place("China", "Guangdong", "Shenzhen")),
        ("France|0|0|Net|FR", Place("France")),
        ("", Place()),
        ("None|None|None", Place()),
    ],
)
def test_what_a_table_does_not_know_is_blank(told: str, place: Place) -> None:
    assert _place(told) == place


def test_a_place_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("apps.core.places.place_of", lambda _address: Place("中国", "北京", "北京"))
        assert place_text("1.2.3.4") == "中国 北京"
    assert place_text(None) == ""
