from __future__ import annotations

from typing import Any

import pytest

from apps.core.errors import InvalidInputError
from apps.scheduling.validators import arguments_text


def _nested(levels: int) -> Any:
    value: Any = []
    for _level in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("args", None, "[]"),
        ("kwargs", None, "{}"),
        ("args", [1, "é"], '[1,"é"]'),
        ("kwargs", {"a": r"\u0000"}, r'{"a":"\\u0000"}'),
        ("args", ['"__type__":'], r'["\"__type__\":"]'),
        ("args", _nested(200), "[" * 201 + "]" * 201),
    ],
)
def test_arguments_become_text(field: str, value: Any, text: str) -> None:
    assert arguments_text(field, value) == text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("args", {}),
        ("kwargs", []),
        ("args", "[]"),
        ("args", ["\0"]),
        ("kwargs", {"\0": 1}),
        ("args", ["\\\0"]),
        ("args", [2**70]),
        ("args", ["x" * 70_000]),
        ("args", _nested(2000)),
        ("args", [[{"__type__": "uuid", "__value__": {"hex": "nothex"}}]]),
        ("kwargs", {"a": {"atrium.sealed": "x"}}),
    ],
)
def test_what_no_database_or_broker_takes_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidInputError) as caught:
        arguments_text(field, value)
    assert caught.value.field == field
