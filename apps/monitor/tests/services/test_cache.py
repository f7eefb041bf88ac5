import pytest
from django.core.cache import cache

from apps.core.cached import two_level
from apps.monitor.errors import KeyUnknownError, SpaceKeptError, SpaceUnknownError
from apps.monitor.services.cache import key_delete, space_clear


def test_deleting_a_key_leaves_one_that_ends_alike() -> None:
    cache.set("shop:a", 1)
    cache.set("shop:ba", 2)
    key_delete(space="shop", key="shop:a")
    assert (cache.get("shop:a"), cache.get("shop:ba")) == (None, 2)


def test_the_copy_of_this_process_goes_too() -> None:
    two_level.get("shop:copy", lambda: "old", tags=("t",))
    key_delete(space="shop", key="shop:copy")
    assert two_level.get("shop:copy", lambda: "new", tags=("t",)) == "new"


@pytest.mark.parametrize(
    ("space", "key"), [("shop", "shop:none"), ("shop", "other:a"), ("captcha", "captcha:a")]
)
def test_a_key_that_is_not_there_or_not_of_the_space_is_unknown(space: str, key: str) -> None:
    cache.set("other:a", 1)
    cache.set("captcha:a", 1)
    with pytest.raises(KeyUnknownError):
        key_delete(space=space, key=key)
    assert (cache.get("other:a"), cache.get("captcha:a")) == (1, 1)


def test_emptying_a_space_leaves_the_others() -> None:
    for key in ("a:1", "a:2", "ab:1", "b:a:1"):
        cache.set(key, 1)
    assert space_clear(space="a") == 2
    assert set(cache.get_many(["a:1", "a:2", "ab:1", "b:a:1"])) == {"ab:1", "b:a:1"}


def test_many_keys_go_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.monitor.services.cache.STEP", 10)
    for number in range(35):
        cache.set(f"many:{number}", 1)
    assert space_clear(space="many") == 35


@pytest.mark.parametrize("space", ["none", "a*", "", "../x"])
def test_a_space_without_keys_is_unknown(space: str) -> None:
    cache.set("a:1", 1)
    with pytest.raises(SpaceUnknownError):
        space_clear(space=space)
    assert cache.get("a:1") == 1


def test_the_leases_of_nodes_stay() -> None:
    cache.set("node:1", "me")
    with pytest.raises(SpaceKeptError):
        space_clear(space="node")
    with pytest.raises(SpaceKeptError):
        key_delete(space="node", key="node:1")
    assert cache.get("node:1") == "me"
