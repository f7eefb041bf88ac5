import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from apps.monitor.errors import KeyUnknownError, SpaceUnknownError
from apps.monitor.selectors import cache as selectors
from apps.monitor.selectors.cache import (
    MASK,
    all_keys,
    entry_of,
    glob,
    keys_of,
    masked,
    space_of,
    spaces,
)


def test_the_first_word_of_a_key_names_its_space() -> None:
    assert space_of("dict:offered:a") == "dict"
    assert space_of("django.contrib.sessions.cached_dbxyz") == "django.contrib.sessions"


def test_spaces_are_counted() -> None:
    for key in ("alpha:1", "alpha:2", "beta:1"):
        cache.set(key, 1)
    found, is_complete = spaces()
    counted = {space["name"]: space["keys"] for space in found}
    assert (counted["alpha"], counted["beta"], is_complete) == (2, 1, True)


def test_counting_ends_somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        cache.set(f"many:{number}", 1)
    monkeypatch.setattr(selectors, "MAX_SCANNED", 3)
    assert spaces()[1] is False


def test_keys_come_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "PAGE_KEYS", 20)
    monkeypatch.setattr(selectors, "STEP", 10)
    wanted = {f"page:{number:03}" for number in range(50)}
    for key in wanted:
        cache.set(key, 1)
    found, cursor = keys_of("page")
    seen, rounds = set(found), 1
    while cursor:
        found, cursor = keys_of("page", cursor=cursor)
        seen |= set(found)
        rounds += 1
    assert seen == wanted
    assert rounds > 1


def test_a_search_means_itself() -> None:
    cache.set("odd:a*b", 1)
    cache.set("odd:axb", 1)
    assert keys_of("odd", search="a*b") == (["odd:a*b"], 0)
    assert glob("a*[b]?") == r"a\*\[b\]\?"


def test_a_space_is_not_another_one_that_begins_alike() -> None:
    cache.set("a:1", 1)
    cache.set("ab:1", 1)
    assert keys_of("a")[0] == ["a:1"]


def test_what_others_keep_in_the_same_server_is_not_seen() -> None:
    if isinstance(getattr(cache, "_cache", None), dict):
        others = LocMemCache("atrium", {"KEY_PREFIX": "others"})
        others.set("theirs:1", 1)
    else:
        from django_redis import get_redis_connection  # noqa: PLC0415 - only with Redis

        get_redis_connection("default").set("theirs:1", 1, ex=30)
    assert "theirs" not in {space["name"] for space in spaces()[0]}
    assert all(not key.startswith("theirs") for key in all_keys())


@pytest.mark.parametrize("space", ["captcha", "django.contrib.sessions", "a*", "", "x" * 65])
def test_a_space_that_opens_a_door_or_is_none_shows_no_keys(space: str) -> None:
    with pytest.raises(SpaceUnknownError):
        keys_of(space)


def test_a_value_is_shown_with_what_opens_a_door_masked() -> None:
    cache.set("shop:1", {"name": "x", "password": "hunter2", "in": [{"apiKey": "k"}]}, 60)
    entry = entry_of("shop", "shop:1")
    assert entry["value"] == {"name": "x", "password": MASK, "in": [{"apiKey": MASK}]}
    assert (entry["kind"], entry["is_cut"]) == ("dict", False)
    assert 0 < (entry["seconds"] or 0) <= 60


def test_an_entry_for_ever_has_no_end() -> None:
    cache.set("shop:2", 5, None)
    entry = entry_of("shop", "shop:2")
    assert (entry["seconds"], entry["value"]) == (None, 5)


def test_a_huge_value_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "MAX_VALUE_BYTES", 10)
    cache.set("shop:3", "x" * 50)
    entry = entry_of("shop", "shop:3")
    assert (entry["is_cut"], entry["value"], entry["size_bytes"]) == (True, '"' + "x" * 9, 52)


@pytest.mark.parametrize(
    ("space", "key"), [("shop", "shop:none"), ("shop", "other:1"), ("captcha", "captcha:1")]
)
def test_what_is_not_there_or_not_to_be_seen_is_unknown(space: str, key: str) -> None:
    cache.set("other:1", 1)
    cache.set("captcha:1", "7K2M")
    with pytest.raises(KeyUnknownError):
        entry_of(space, key)


def test_the_tokens_of_an_entry_are_no_secret() -> None:
    assert masked({"tokens": ["a"], "token": "b"}) == {"tokens": ["a"], "token": MASK}
