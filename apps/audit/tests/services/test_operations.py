from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

from apps.audit.models import OperaLog
from apps.audit.services import operations
from apps.audit.services.operations import Operation, Outcome
from apps.core.context import RequestContext

REFUSED = Outcome(is_success=False, code="403", message="no")


def _operation(**values: Any) -> Operation:
    context = RequestContext(request_id="abc", user_id=7, username="ann")
    return Operation(
        context=context, method="POST", path="/x", arguments=lambda: '{"a":1}', **values
    )


@pytest.mark.django_db
def test_an_operation_without_a_commit_is_logged_at_its_end() -> None:
    _operation(title="do").finish(REFUSED)
    row = OperaLog.objects.get()
    assert (row.username, row.user_id, row.title, row.args) == ("ann", 7, "do", '{"a":1}')
    assert (row.is_success, row.code, row.message) == (False, "403", "no")
    assert 0 <= row.cost_us < 10_000_000


@pytest.mark.django_db(transaction=True)
def test_the_row_goes_with_the_first_commit() -> None:
    operation = _operation()
    with operation.until_commit():
        with transaction.atomic():
            Group.objects.create(name="a")
        assert OperaLog.objects.get().is_success
        with transaction.atomic():
            Group.objects.create(name="b")
    operation.finish(Outcome())
    assert OperaLog.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_takes_no_row_along() -> None:
    operation = _operation()

    def fail() -> None:
        with transaction.atomic():
            Group.objects.create(name="a")
            raise DatabaseError

    with operation.until_commit(), pytest.raises(DatabaseError):
        fail()
    assert OperaLog.objects.count() == 0
    operation.finish(REFUSED)
    assert OperaLog.objects.get().code == "403"


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_fails_leaves_the_row_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    operation = _operation()

    def refuse() -> None:
        raise DatabaseError

    def write() -> None:
        with transaction.atomic():
            Group.objects.create(name="a")

    monkeypatch.setattr(connection, "commit", refuse)
    with operation.until_commit(), pytest.raises(DatabaseError):
        write()
    monkeypatch.undo()
    operation.finish(REFUSED)
    assert (OperaLog.objects.get().code, Group.objects.count()) == ("403", 0)


@pytest.mark.django_db(transaction=True)
def test_a_refusal_after_a_commit_corrects_the_row() -> None:
    operation = _operation()
    with operation.until_commit(), transaction.atomic():
        Group.objects.create(name="a")
    operation.finish(REFUSED)
    row = OperaLog.objects.get()
    assert (row.is_success, row.code, row.message) == (False, "403", "no")


@pytest.mark.django_db
def test_what_may_wait_is_written_together(django_assert_num_queries: Any) -> None:
    for _number in range(5):
        _operation().finish_later(Outcome())
    assert OperaLog.objects.count() == 0
    operations.waiting.flush()
    assert OperaLog.objects.count() == 5


@pytest.mark.django_db
def test_no_more_wait_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_WAITING", 2)
    for _number in range(5):
        _operation().finish_later(Outcome())
    operations.waiting.flush()
    assert OperaLog.objects.count() == 2
