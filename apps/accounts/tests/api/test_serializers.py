from typing import Any

import pytest
from rest_framework.serializers import Serializer

from apps.accounts.api.serializers import (
    MAX_PASSWORD,
    PasswordResetSerializer,
    UserCreateSerializer,
    UserUpdateSerializer,
)

NEW = {"username": "ann", "password": "Correct-1", "dept_id": 1, "roles": [1]}
CHANGED = {"username": "ann", "nickname": "Ann", "roles": [1]}


def _read(kind: type[Serializer[Any]], **given: Any) -> dict[str, Any]:
    serializer = kind(data=given)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def _errors(kind: type[Serializer[Any]], **given: Any) -> set[str]:
    serializer = kind(data=given)
    serializer.is_valid()
    return set(serializer.errors)


@pytest.mark.parametrize(
    ("given", "kept"), [("Ann@Example.COM", "ann@example.com"), ("", None), (None, None)]
)
def test_an_address_is_kept_in_small_letters_and_none_is_none(given: Any, kept: Any) -> None:
    assert _read(UserCreateSerializer, **NEW, email=given)["email"] == kept


@pytest.mark.parametrize("given", ["", None])
def test_no_picture_is_no_text(given: Any) -> None:
    assert _read(UserUpdateSerializer, **CHANGED, avatar=given)["avatar"] == ""


def test_what_is_not_sent_is_not_changed() -> None:
    assert set(_read(UserUpdateSerializer, **CHANGED)) == set(CHANGED)


def test_blanks_of_a_password_count() -> None:
    assert _read(PasswordResetSerializer, password="  two  ")["password"] == "  two  "


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "a b"),
        ("username", "a" * 65),
        ("password", "x" * (MAX_PASSWORD + 1)),
        ("password", ""),
        ("email", "no address"),
        ("phone", "12345"),
        ("dept_id", "x"),
        ("roles", "1"),
        ("roles", [0]),
    ],
)
def test_a_field_that_is_wrong_is_named(field: str, value: Any) -> None:
    assert _errors(UserCreateSerializer, **NEW | {field: value}) == {field}
