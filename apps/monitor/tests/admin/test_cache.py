from typing import Any

import pytest
from django.core.cache import cache

pytestmark = pytest.mark.django_db
PATH = "/admin/monitor/cache/"
ALL = ("monitor:cache:list", "monitor:cache:del", "monitor:cache:clear")


def _text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def test_a_key_is_found_below_its_space_and_shown(console_with: Any) -> None:
    cache.set("shop:a", {"n": [1]}, 60)
    browser = console_with(*ALL)
    assert '<a class="at-link at-mono" href="?space=shop">shop</a>' in _text(browser.get(PATH))
    page = _text(browser.get(PATH, {"space": "shop", "key": "shop:a"}))
    assert "&quot;n&quot;: [" in page
    assert "Delete this key" in page


def test_a_text_is_shown_as_it_is(console_with: Any) -> None:
    cache.set("shop:t", "plain <b>", 60)
    page = _text(console_with(*ALL).get(PATH, {"space": "shop", "key": "shop:t"}))
    assert "plain &lt;b&gt;" in page


def test_who_may_only_look_is_offered_nothing_else(console_with: Any) -> None:
    cache.set("shop:a", 1, 60)
    browser = console_with("monitor:cache:list")
    page = _text(browser.get(PATH, {"space": "shop", "key": "shop:a"}))
    assert "Delete this key" not in page
    assert 'name="space" value="shop"><button' not in page
    assert browser.post(PATH, {"space": "shop", "key": "shop:a"}).status_code == 403
    assert browser.post(PATH, {"space": "shop"}).status_code == 403
    assert cache.get("shop:a") == 1


def test_a_key_and_a_space_are_deleted(console_with: Any) -> None:
    for key in ("shop:a", "shop:b", "shop:c"):
        cache.set(key, 1, 60)
    browser = console_with(*ALL)
    page = browser.post(PATH, {"space": "shop", "key": "shop:a"}, follow=True)
    assert "The key was deleted." in _text(page)
    assert cache.get("shop:a") is None
    page = browser.post(PATH, {"space": "shop"}, follow=True)
    assert "2 keys were deleted." in _text(page)


@pytest.mark.parametrize("given", [{"space": "none"}, {"space": "shop", "key": "shop:none"}])
def test_what_is_not_there_is_said_to_be(console_with: Any, given: dict[str, str]) -> None:
    page = console_with(*ALL).post(PATH, given, follow=True)
    assert "The cache has no" in _text(page)


@pytest.mark.parametrize(
    "query", [{"space": "a*"}, {"space": "shop", "key": "other:1"}, {"space": "x", "cursor": "y"}]
)
def test_a_strange_address_is_no_error(console_with: Any, query: dict[str, str]) -> None:
    assert console_with(*ALL).get(PATH, query).status_code == 200


def test_a_closed_space_shows_no_keys(console_with: Any) -> None:
    cache.set("captcha:1", "7K2M", 60)
    page = _text(console_with(*ALL).get(PATH, {"space": "captcha", "key": "captcha:1"}))
    assert "7K2M" not in page
    assert "captcha:1" not in page


def test_a_key_that_ran_out_is_said_to_be_gone_beside_the_name_spaces(console_with: Any) -> None:
    cache.set("shop:a", 1, 60)
    page = _text(console_with(*ALL).get(PATH, {"space": "shop", "key": "shop:gone"}))
    assert "The cache has no such key" in page
    assert 'href="?space=shop">shop</a>' in page
