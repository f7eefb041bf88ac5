from datetime import date, datetime
from typing import Any, Literal

import pytest

from apps.scheduling.selectors.signatures import Kind, misfit, parameters_of


def _sample(  # type: ignore[no-untyped-def] # noqa: PLR0913, PLR0917 - one of each kind
    text: str,
    count: int,
    share: float = 0.5,
    is_on: bool = False,  # noqa: FBT001, FBT002 - a sample
    mode: Literal["a", "b"] = "a",
    rows: list[int] | None = None,
    more: dict[str, Any] | None = None,
    day: date | None = None,
    at: datetime | None = None,
    either: int | str = 1,
    anything: Any = None,
    untold=None,  # noqa: ANN001 - a sample
    *rest: Any,
    **others: Any,
) -> None:
    """Take one of each kind."""


def _kinds() -> dict[str, Kind]:
    return {parameter.name: parameter.kind for parameter in parameters_of(_sample)}


def test_every_kind_of_parameter_is_known_by_its_hint() -> None:
    assert _kinds() == {
        "text": Kind.TEXT,
        "count": Kind.INTEGER,
        "share": Kind.NUMBER,
        "is_on": Kind.FLAG,
        "mode": Kind.CHOICE,
        "rows": Kind.LIST,
        "more": Kind.OBJECT,
        "day": Kind.DAY,
        "at": Kind.MOMENT,
        "either": Kind.ANY,
        "anything": Kind.ANY,
        "untold": Kind.ANY,
    }


def test_what_is_required_has_no_default_and_what_takes_null_says_so() -> None:
    found = {parameter.name: parameter for parameter in parameters_of(_sample)}
    assert [name for name, each in found.items() if each.is_required] == ["text", "count"]
    assert (found["share"].default, found["mode"].choices) == (0.5, ("a", "b"))
    assert (found["rows"].is_nullable, found["text"].is_nullable) == (True, False)


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"share": 1, "is_on": True, "mode": "b", "rows": [1], "more": {"a": 1}},
        {"day": "2026-01-02", "at": "2026-01-02T03:04:05+08:00"},
        {"rows": None, "anything": [None], "untold": {}, "surplus": 1},
    ],
)
def test_what_fits_fits(kwargs: dict[str, Any]) -> None:
    assert misfit(_sample, ["x", 1], kwargs) is None


@pytest.mark.parametrize(
    ("kwargs", "text"),
    [
        ({"share": "1"}, "“share” takes a number."),
        ({"share": True}, "“share” takes a number."),
        ({"is_on": 1}, "“is_on” takes true or false."),
        ({"mode": "c"}, "“mode” takes one of: a, b."),
        ({"rows": "1"}, "“rows” takes a list."),
        ({"more": []}, "“more” takes an object."),
        ({"day": "tomorrow"}, "“day” takes a day, YYYY-MM-DD."),
        ({"at": "now"}, "“at” takes a moment, ISO 8601."),
        ({"is_on": None}, "“is_on” takes true or false."),
    ],
)
def test_what_does_not_fit_is_named(kwargs: dict[str, Any], text: str) -> None:
    assert misfit(_sample, ["x", 1], kwargs) == ("kwargs", text)


def test_a_value_by_position_is_at_fault_by_position() -> None:
    assert misfit(_sample, ["x", "1"], {}) == ("args", "“count” takes a whole number.")


def _none() -> None:
    """Take nothing."""


def test_too_few_too_many_and_unknown_arguments_are_refused() -> None:
    assert (misfit(_sample, ["x"], {}) or ("",))[0] == "kwargs"
    assert (misfit(_none, ["x"], {}) or ("",))[0] == "args"
    assert (misfit(_none, [], {"x": 1}) or ("",))[0] == "kwargs"
    assert misfit(_none, [], {}) is None
