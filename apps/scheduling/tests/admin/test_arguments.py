from datetime import date, datetime
from typing import Any, Literal

import pytest
from django import forms
from django.utils import timezone

from apps.scheduling.admin.arguments import argument_fields, arguments_of, initial_of
from apps.scheduling.selectors.jobs import JobInfo
from apps.scheduling.selectors.signatures import parameters_of


def _job(function: Any) -> JobInfo:
    return JobInfo(
        name="x",
        label="x",
        doc="",
        queue="quick",
        parameters=parameters_of(function),
        is_repeatable=True,
    )


def _of_all_kinds(  # noqa: PLR0913, PLR0917 - one of each kind
    word: str,
    number: int,
    share: float,
    loud: bool,  # noqa: FBT001 - an argument of a job
    size: Literal[1, 2],
    names: list[str],
    options: dict[str, Any],
    day: date,
    at: datetime,
    anything: Any,
) -> None:
    pass


TYPED = {
    "arg_word": " w ",
    "arg_number": "3",
    "arg_share": "0.5",
    "arg_loud": "false",
    "arg_size": "2",
    "arg_names": "[]",
    "arg_options": '{"a": 1}',
    "arg_day": "2030-01-31",
    "arg_at": "2030-01-31T10:00:30",
    "arg_anything": "null",
}


def _read(job: JobInfo, typed: dict[str, str]) -> dict[str, Any]:
    form = forms.Form(typed)
    form.fields.update(argument_fields(job))
    assert form.is_valid(), form.errors
    return arguments_of(job, form.cleaned_data)


def test_each_kind_is_read_as_what_json_has_for_it() -> None:
    found = _read(_job(_of_all_kinds), TYPED)
    moment = datetime.fromisoformat(found.pop("at"))
    assert timezone.localtime(moment).replace(tzinfo=None) == datetime(2030, 1, 31, 10, 0, 30)  # noqa: DTZ001 - it was typed so
    assert found == {
        "word": " w ",
        "number": 3,
        "share": 0.5,
        "loud": False,
        "size": 2,
        "names": [],
        "options": {"a": 1},
        "day": "2030-01-31",
        "anything": None,
    }


def test_what_is_read_is_shown_again_as_it_was_typed() -> None:
    job = _job(_of_all_kinds)
    kept = _read(job, TYPED)
    form = forms.Form(initial=initial_of(job, [kept.pop("word")], kept))
    form.fields.update(argument_fields(job))
    shown = form.as_p()
    for text in ('value=" w "', 'value="0.5"', 'value="2030-01-31T10:00:30"', "&quot;a&quot;: 1"):
        assert text in shown
    assert '<option value="false" selected>' in shown
    assert '<option value="2" selected>' in shown


def test_what_is_left_empty_is_left_to_the_job() -> None:
    def optional(word: str = "w", number: int = 1, loud: bool = True, names: Any = ()) -> None:  # noqa: FBT001, FBT002
        pass

    empty = dict.fromkeys(("arg_word", "arg_number", "arg_loud", "arg_names"), "")
    assert _read(_job(optional), empty) == {}


def test_null_is_given_where_a_value_is_asked_for_and_null_will_do() -> None:
    def nullable(number: int | None) -> None:
        pass

    assert _read(_job(nullable), {"arg_number": ""}) == {"number": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [("arg_names", "{"), ("arg_size", "3"), ("arg_number", "x"), ("arg_word", "")],
)
def test_what_cannot_be_read_is_said_beside_its_field(name: str, value: str) -> None:
    form = forms.Form(TYPED | {name: value})
    form.fields.update(argument_fields(_job(_of_all_kinds)))
    assert not form.is_valid()
    assert list(form.errors) == [name]
