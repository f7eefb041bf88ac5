import csv
from typing import Any

import pytest
from django.apps import apps

pytestmark = pytest.mark.django_db
LIST = "/admin/organization/position/"
EXPORT = f"{LIST}export/"
CODES = ("sys:position:list", "sys:position:export")


def _position(name: str, **fields: Any) -> Any:
    return apps.get_model("organization.Position").objects.create(name=name, code=name, **fields)


def _rows(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_the_list_offers_its_export_to_whoever_holds_the_code(console_with: Any) -> None:
    assert f'href="{EXPORT}"' in console_with(*CODES).get(LIST).content.decode()
    for codes in (CODES[:1], CODES[1:]):
        browser = console_with(*codes)
        assert EXPORT not in browser.get(LIST).content.decode()
        assert browser.get(EXPORT).status_code == 403


def test_what_is_looked_for_and_filtered_leaves_newest_first(console_with: Any) -> None:
    for name in ("cook", "cooper", "smith"):
        _position(name, is_active=name != "cooper")
    browser = console_with(*CODES)
    answer = browser.get(EXPORT)
    assert answer["Content-Disposition"] == 'attachment; filename="position.csv"'
    assert [row["name"] for row in _rows(answer)] == ["smith", "cooper", "cook"]
    assert [row["name"] for row in _rows(browser.get(EXPORT, {"q": "coo"}))] == ["cooper", "cook"]
    found = _rows(browser.get(EXPORT, {"q": "coo", "is_active__exact": "1"}))
    assert [row["name"] for row in found] == ["cook"]
