from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.core.masking import SEAL, masked
from apps.core.sealing import SealError, is_sealed, opened, resealed, seal, sealed

OLD = "an-older-key-that-signed-and-sealed-until-somebody-rotated-it"
SECRETS: dict[str, Any] = {
    "url": "https://example.org",
    "password": "hunter2",
    "inner": [{"api_key": {"a": [1, None]}, "name": "x"}],
    "token": "",
    "secret": None,
}


def test_what_is_secret_by_its_name_is_sealed_however_deep_and_opens_again() -> None:
    made = sealed(SECRETS, purpose="a")
    assert "hunter2" not in repr(made)
    assert is_sealed(made["password"])
    assert is_sealed(made["inner"][0]["api_key"])
    assert (made["url"], made["inner"][0]["name"]) == (SECRETS["url"], "x")
    assert (made["token"], made["secret"]) == ("", None)
    assert opened(made, purpose="a") == SECRETS


def test_what_is_sealed_is_not_sealed_twice() -> None:
    made = sealed(SECRETS, purpose="a")
    assert sealed(made, purpose="a") == made
    assert seal(made["password"], purpose="b") == made["password"]


@pytest.mark.parametrize(
    "value", [7, True, [1, "a"], {"a": 1}, datetime(2026, 3, 5, tzinfo=UTC), Decimal("1.50"), "ü\n"]
)
def test_a_value_comes_back_as_what_it_was(value: Any) -> None:
    assert opened(seal(value, purpose="a"), purpose="a") == value


def test_the_same_value_is_sealed_differently_each_time() -> None:
    assert seal("x", purpose="a") != seal("x", purpose="a")


@pytest.mark.parametrize(
    "broken",
    [
        seal("x", purpose="b"),
        {SEAL: "gAAAAA"},
        {SEAL: ""},
        {SEAL: 7},
        {SEAL: "ü"},
    ],
)
def test_what_was_sealed_for_something_else_or_changed_does_not_open(broken: Any) -> None:
    with pytest.raises(SealError, match="Enter it anew"):
        opened({"deep": [broken]}, purpose="a")


def test_a_seal_is_masked_wherever_it_lies() -> None:
    assert masked({"name": seal("x", purpose="a")}) == {"name": {SEAL: "******"}}


def test_a_former_key_opens_and_the_newest_seals_anew(settings: Any) -> None:
    newest = settings.SECRET_KEY
    settings.SECRET_KEY = OLD
    made = sealed(SECRETS, purpose="a")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = newest, [OLD]
    assert opened(made, purpose="a") == SECRETS
    again = resealed(made, purpose="a")
    settings.SECRET_KEY_FALLBACKS = []
    assert opened(again, purpose="a") == SECRETS
    assert resealed(again, purpose="a") == again
    with pytest.raises(SealError):
        opened(made, purpose="a")


def test_sealing_anew_seals_what_is_in_clear_and_leaves_what_nobody_can_open() -> None:
    lost = {SEAL: "gAAAAA"}
    again = resealed({"password": "x", "other": [{"token": lost}]}, purpose="a")
    assert again["other"] == [{"token": lost}]
    assert opened(again["password"], purpose="a") == "x"
