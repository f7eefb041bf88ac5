from typing import Any

import pytest
from celery import current_app, shared_task
from celery.exceptions import NotRegistered
from django.db import transaction

from apps.core.context import (
    RequestContext,
    current_context,
    current_user_id,
    enter_context,
    leave_context,
)
from apps.core.jobs import enqueue

pytestmark = pytest.mark.django_db
NAME = "apps.core.tests.test_jobs.note"
noted: list[tuple[str, int | None, str]] = []


@shared_task(name=NAME)
def note(word: str) -> None:
    context = current_context()
    noted.append((word, current_user_id(), context.request_id if context else ""))


@pytest.fixture(autouse=True)
def _registered() -> None:
    current_app.finalize()
    noted.clear()


def test_a_job_starts_when_the_transaction_has_committed() -> None:
    with transaction.atomic():
        enqueue(NAME, word="later")
        assert noted == []
    assert noted == [("later", None, "")]


def test_a_job_of_an_undone_transaction_never_starts() -> None:
    with transaction.atomic():
        enqueue(NAME, word="never")
        transaction.set_rollback(True)
    assert noted == []


def test_an_unknown_job_is_refused_at_once() -> None:
    with pytest.raises(NotRegistered), transaction.atomic():
        enqueue("apps.core.tasks.nothing")


def test_a_job_acts_for_who_asked_and_under_their_request_id() -> None:
    before = enter_context(RequestContext(request_id="r-1", user_id=7, username="ann"))
    enqueue(NAME, word="mine")
    assert current_user_id() == 7
    leave_context(before)
    assert noted == [("mine", 7, "r-1")]
    assert current_context() is None


def test_the_context_travels_in_the_message(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}
    monkeypatch.setattr(current_app.tasks[NAME], "apply_async", lambda **told: sent.update(told))
    enqueue(NAME, word="x")
    assert sent == {"kwargs": {"word": "x"}, "headers": {"atrium_context": {}}}
