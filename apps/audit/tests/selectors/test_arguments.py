import json
from typing import Any

import pytest

from apps.audit.constants import MASK, MAX_ARGUMENT_BYTES, MAX_VALUES
from apps.audit.selectors.arguments import Masking, arguments_text, is_secret
from apps.core.masking import storable


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "OLD_PASSWORD",
        "newPassword",
        "confirm-password",
        "access_token",
        "client_secret",
        "captcha",
        "api_key",
        "private_key",
    ],
)
def test_names_of_secrets_are_known_however_they_are_spelt(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["username", "pass", "keyboard", "", 7])
def test_other_names_are_not(name: Any) -> None:
    assert not is_secret(name)


def test_secrets_are_masked_at_any_depth() -> None:
    text = arguments_text({"json": [{"a": {"b": [{"password": "hush", "name": "x"}]}}]})
    assert json.loads(text) == {"json": [{"a": {"b": [{"password": MASK, "name": "x"}]}}]}


def test_a_value_is_masked_whose_neighbour_names_a_secret() -> None:
    given = {"json": [{"key": "MAIL_PASSWORD", "value": "hush"}, {"key": "HOST", "value": "a"}]}
    assert json.loads(arguments_text(given))["json"] == [
        {"key": "MAIL_PASSWORD", "value": MASK},
        {"key": "HOST", "value": "a"},
    ]


def test_a_view_may_name_further_secrets() -> None:
    text = arguments_text({"form-data": {"old": "hush", "new": "hush2"}}, secrets=("old", "new"))
    assert "hush" not in text


def test_a_word_of_the_setting_counts(atrium: Any) -> None:
    atrium(audit_mask=("iban",))
    assert "DE1" not in arguments_text({"json": {"payee_iban": "DE1"}})
    assert "hush" in arguments_text({"json": {"password": "hush"}})


def test_nothing_given_is_nothing_kept() -> None:
    assert arguments_text({"json": {}, "query_params": {}, "path_params": None}) == ""


def test_long_arguments_are_kept_as_a_preview_without_secrets() -> None:
    given = {"json": {"password": "hush", **{f"k{n}": "x" * 500 for n in range(100)}}}
    kept = json.loads(arguments_text(given))
    assert kept["_truncated"] is True
    assert kept["_original_size"] > MAX_ARGUMENT_BYTES == kept["_max_size"]
    assert "hush" not in kept["data_preview"]


def test_a_bomb_of_values_or_of_depth_costs_little() -> None:
    many: Any = list(range(1_000_000))
    assert len(Masking().of(many)) <= MAX_VALUES + 1
    deep: Any = "bottom"
    for _step in range(500):
        deep = [deep]
    assert "bottom" not in json.dumps(Masking().of(deep))


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a\0b", "ab"), ("\ud800", "?"), (2**80, str(2**80)), (1.5, 1.5), (True, True), (None, None)],
)
def test_values_become_what_every_database_can_hold(given: Any, kept: Any) -> None:
    assert Masking().of(given) == kept


def test_a_text_is_cut_to_its_column() -> None:
    assert storable("abc" * 100, 4) == "abca"
