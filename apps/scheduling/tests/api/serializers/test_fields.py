from __future__ import annotations

from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from apps.scheduling.api.serializers.fields import (
    FlagField,
    JobField,
    ListField,
    MomentField,
    NamedField,
    NumberField,
    WordField,
)
from apps.scheduling.tests.factories import NAME


def _args() -> ListField:
    field = ListField()
    field.bind("args", serializers.Serializer())
    return field


def _kwargs() -> NamedField:
    field = NamedField()
    field.bind("kwargs", serializers.Serializer())
    return field


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, []), ("", []), ("null", []), ("[1]", [1]), ([1, {"a": 2}], [1, {"a": 2}])],
)
def test_arguments_by_place_are_an_array(given: Any, expected: Any) -> None:
    assert _args().run_validation(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [(None, {}), (" ", {}), ('{"a":1}', {"a": 1}), ({"a": 1}, {"a": 1})]
)
def test_arguments_by_name_are_an_object(given: Any, expected: Any) -> None:
    assert _kwargs().run_validation(given) == expected


@pytest.mark.parametrize(
    ("given", "code"),
    [("{", "json"), ("NaN", "json"), ("7", "array"), (7, "array"), ({}, "array"), (True, "array")],
)
def test_anything_else_is_refused(given: Any, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _args().run_validation(given)
    assert caught.value.get_codes() == [code]
    with pytest.raises(ValidationError):
        _kwargs().run_validation([] if given == {} else given)


def test_arguments_go_out_as_they_are() -> None:
    assert _args().to_representation([1]) == [1]


def test_only_declared_jobs_are_taken() -> None:
    assert JobField().run_validation(NAME) == NAME
    for name in ("celery.backend_cleanup", "x", "", None, "x" * 201):
        with pytest.raises(ValidationError):
            JobField().run_validation(name)


@pytest.mark.parametrize(
    "field", [MomentField(), NumberField(min_value=1), WordField(choices=["a"])]
)
def test_what_was_cleared_is_none(field: Any) -> None:
    assert field.run_validation("") is field.run_validation(None) is None


def test_a_flag_that_is_null_is_no() -> None:
    assert [FlagField().run_validation(value) for value in (None, False, True)] == [
        False,
        False,
        True,
    ]


def test_a_moment_is_near_enough_to_be_kept() -> None:
    assert MomentField().run_validation("2030-01-02T03:04:05Z").hour == 11
    assert MomentField().run_validation("2030-01-02 03:04:05").hour == 3
    for text in (
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
    ):
        with pytest.raises(ValidationError) as caught:
            MomentField().run_validation(text)
        assert "year" in str(caught.value.detail)
    for text in ("0001-01-01T00:00:00Z", "1800-01-01 00:00:00", "9999-01-01 00:00:00", "soon"):
        with pytest.raises(ValidationError):
            MomentField().run_validation(text)
