from __future__ import annotations

import pytest
from django_celery_beat.models import PeriodicTask

from apps.core.sealing import is_sealed
from apps.scheduling.selectors.arguments import (
    arguments_kept,
    arguments_shown,
    masked_arguments,
    parsed,
    shown_text,
)
from apps.scheduling.tests.sample import echo, job_of

ECHO = str(echo.name)


def _row(**values: str) -> PeriodicTask:
    job_of(echo)
    return PeriodicTask(**{"task": ECHO, "args": "[]", "kwargs": "{}"} | values)


def test_arguments_are_shown_without_their_secrets() -> None:
    row = _row(args='["hello", "hunter2"]', kwargs='{"x": {"token": "t"}, "y": 1}')
    assert arguments_shown(row) == (["hello", "******"], {"x": {"token": "******"}, "y": 1})
    assert arguments_kept(row) == (["hello", "hunter2"], {"x": {"token": "t"}, "y": 1})
    assert not is_sealed(arguments_kept(row).args[1])


def test_arguments_of_a_job_that_is_gone_are_masked_by_their_names() -> None:
    assert masked_arguments("gone", ["a"], {"password": "b"}) == (["a"], {"password": "******"})


def test_arguments_that_others_wrote_badly_are_nothing() -> None:
    assert arguments_kept(_row(args="{", kwargs="[]")) == ([], {})
    assert arguments_kept(_row(args="[1]", kwargs="")) == ([1], {})


@pytest.mark.parametrize("text", ["", None, "[]", "{}", " [] ", "null"])
def test_no_arguments_are_none(text: str | None) -> None:
    assert shown_text(ECHO, "args", text) is None
    assert shown_text(ECHO, "kwargs", text) is None


def test_text_without_secrets_is_shown_as_it_is_kept() -> None:
    job_of(echo)
    assert shown_text(ECHO, "args", '[ "a"]') == '[ "a"]'
    assert shown_text(ECHO, "args", '["a", "b"]') == '["a","******"]'
    assert shown_text(ECHO, "kwargs", '{"word":"a","password":"b"}') == (
        '{"word":"a","password":"******"}'
    )


def test_text_that_is_no_json_is_masked_too() -> None:
    assert shown_text(ECHO, "kwargs", '{"password": "hunter2') == '{"password": ******'
    assert parsed("{") == "{"
    assert parsed(None) is None
