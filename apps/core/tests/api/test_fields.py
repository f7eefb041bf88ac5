from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework import serializers

from apps.core.api.fields import (
    ChangedTimeField,
    IdField,
    IsoTimeField,
    PksSerializer,
    StatusField,
    TextField,
    WireTimeField,
)

MOMENT = datetime(2026, 1, 31, 16, 30, 5, 999_999, tzinfo=UTC)
BIG = 2**53


class Sample(serializers.Serializer[Any]):
    id = IdField(required=False)
    status = StatusField(required=False)
    remark = TextField(max_length=5)
    at = WireTimeField(required=False)


def _read(**given: Any) -> Any:
    serializer = Sample(data=given)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


@pytest.mark.parametrize(("given", "kept"), [(7, 7), ("7", 7), (" 7 ", 7), (str(BIG), BIG)])
def test_an_id_may_come_as_number_or_as_text(given: Any, kept: int) -> None:
    assert _read(id=given)["id"] == kept


@pytest.mark.parametrize("given", [0, -1, 2**63, "", None, "x", 1.5, True, [1], {}, 1e300, "1\0"])
def test_what_is_no_id_is_refused(given: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        _read(id=given)


@pytest.mark.parametrize(("value", "shown"), [(7, 7), (BIG - 1, BIG - 1), (BIG, str(BIG))])
def test_an_id_leaves_as_text_only_where_a_number_would_lose_digits(value: int, shown: Any) -> None:
    assert IdField().to_representation(value) == shown


@pytest.mark.parametrize(
    ("given", "kept"), [(0, False), (1, True), ("0", False), ("1", True), (True, True)]
)
def test_a_status_is_0_or_1_on_the_wire_and_a_boolean_inside(given: Any, kept: bool) -> None:  # noqa: FBT001 - a case
    assert _read(status=given)["status"] is kept
    assert StatusField().to_representation(kept) == int(kept)


@pytest.mark.parametrize("given", [2, -1, "on", None, "", [], 0.5])
def test_another_status_is_refused(given: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        _read(status=given)


@pytest.mark.parametrize(("given", "kept"), [(None, ""), ("", ""), ("  ", ""), (" a ", "a")])
def test_no_text_is_one_thing_inside_however_it_came(given: Any, kept: str) -> None:
    assert _read(remark=given)["remark"] == kept


def test_a_text_that_is_not_sent_is_not_changed() -> None:
    assert "remark" not in _read()


def test_no_text_leaves_as_null() -> None:
    assert TextField().to_representation("") is None
    assert TextField().to_representation("a") == "a"


@pytest.mark.parametrize("given", ["toolong", "a\0b", ["a"], {"a": 1}, True])
def test_a_text_that_cannot_be_kept_is_refused(given: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        _read(remark=given)


def test_a_moment_leaves_in_the_zone_of_the_site() -> None:
    assert WireTimeField().to_representation(MOMENT) == "2026-02-01 00:30:05"
    assert ChangedTimeField().to_representation(None) is None
    assert ChangedTimeField().allow_null
    assert IsoTimeField().to_representation(MOMENT) == "2026-02-01T00:30:05+08:00"


@pytest.mark.parametrize(
    "given", ["2026-02-01 00:30:05", "2026-01-31T16:30:05Z", "2026-02-01T00:30:05+08:00"]
)
def test_a_moment_may_come_in_the_wire_format_or_as_iso(given: str) -> None:
    assert _read(at=given)["at"] == MOMENT.replace(microsecond=0)


@pytest.mark.parametrize("given", ["yesterday", 1, "2026-02-30 00:00:00", "", "99999-01-01"])
def test_what_is_no_moment_is_refused(given: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        _read(at=given)


@pytest.mark.parametrize(("pks", "is_good"), [([1, "2"], True), ([], False), ([1] * 1001, False)])
def test_a_bulk_operation_names_one_to_a_thousand_rows(pks: Any, is_good: bool) -> None:  # noqa: FBT001 - a case
    assert PksSerializer(data={"pks": pks}).is_valid() is is_good
