import json
from collections import namedtuple
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from apps.core.api.renderers import EnvelopeRenderer, dumps

Point = namedtuple("Point", "x y")
MOMENT = datetime(2026, 1, 31, 16, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (gettext_lazy("Request success"), "Request success"),
        (MOMENT, "2026-02-01 00:30:05"),
        (date(2026, 1, 31), "2026-01-31"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("1.50"), 1.5),
        (Decimal(3), 3),
        (Decimal("NaN"), "NaN"),
        (Decimal("0.1234567890123456789"), "0.1234567890123456789"),
        (Decimal(2**60 + 1), str(2**60 + 1)),
        (float("inf"), None),
        (MappingProxyType({"a": 1}), {"a": 1}),
        ({1: {2}}, {"1": [2]}),
        (Point(1, 2), [1, 2]),
        ((n for n in (1, 2)), [1, 2]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_plain_value_has_a_json_form(value: Any, shown: Any) -> None:
    assert json.loads(dumps(value)) == shown


@pytest.mark.parametrize("value", [b"bytes", object()], ids=["bytes", "object"])
def test_what_has_none_is_a_bug_not_a_guess(value: Any) -> None:
    with pytest.raises(TypeError):
        dumps(value)


def test_an_answer_is_put_into_the_envelope() -> None:
    body = EnvelopeRenderer().render([1], renderer_context={"response": Response()})
    assert json.loads(body) == {"code": 200, "msg": "Request success", "data": [1]}


def test_a_bare_answer_goes_as_it_is() -> None:
    response = Response()
    response.is_bare = True  # type: ignore[attr-defined] # as the exception handler sets it
    assert EnvelopeRenderer().render([1], renderer_context={"response": response}) == b"[1]"


@pytest.mark.usefixtures("in_chinese")
def test_lazy_text_is_told_in_the_language_of_the_request() -> None:
    assert json.loads(dumps(gettext_lazy("Enter a number."))) == "输入一个数字。"
