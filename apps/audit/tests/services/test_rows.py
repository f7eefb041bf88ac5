import logging
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from apps.audit.models import LoginLog
from apps.audit.services.rows import row_make, row_save
from apps.core.context import RequestContext

pytestmark = pytest.mark.django_db


def _row(**values: Any) -> LoginLog:
    context = RequestContext(request_id="abc", address="10.0.0.1", user_agent="x" * 600)
    return row_make(LoginLog, context, is_success=True, happened_at=timezone.now(), **values)


def test_a_row_knows_where_it_came_from() -> None:
    row = _row(username="ann")
    assert (row.trace_id, row.address, row.os, row.country) == ("abc", "10.0.0.1", "Other", "")


def test_texts_are_cut_to_their_columns_and_kept() -> None:
    row = _row(username="é" * 300 + "\0", message="m" * 900)
    assert row_save(row)
    row.refresh_from_db()
    assert (len(row.username), len(row.message), len(row.user_agent)) == (64, 512, 512)


def test_a_row_outside_of_a_request_has_no_address() -> None:
    row = row_make(LoginLog, None, is_success=True, happened_at=timezone.now())
    assert (row.address, row.trace_id) == ("", "")
    assert row_save(row)


def test_a_row_that_cannot_be_written_breaks_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(LoginLog, "save", refuse)
    with caplog.at_level(logging.ERROR):
        assert not row_save(_row(username="ann"))
    assert "could not be written" in caplog.text
    assert LoginLog.objects.count() == 0
