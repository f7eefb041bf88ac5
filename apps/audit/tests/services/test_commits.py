import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connections, transaction

from apps.audit.services.commits import around_commit


def _nothing() -> None:
    return


@pytest.mark.django_db(transaction=True)
def test_what_is_written_before_the_commit_is_committed_with_the_rest() -> None:
    seen: list[str] = []

    def before() -> None:
        seen.append("before")
        Group.objects.create(name="witness")

    with around_commit(before=before, after=lambda: seen.append("after")), transaction.atomic():
        Group.objects.create(name="made")
        with transaction.atomic():
            Group.objects.create(name="inner")
        assert seen == []
    assert seen == ["before", "after"]
    assert Group.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_rollback_calls_nobody() -> None:
    seen: list[str] = []

    def fail() -> None:
        with transaction.atomic():
            Group.objects.create(name="made")
            raise IntegrityError

    around = around_commit(before=lambda: seen.append("b"), after=lambda: seen.append("a"))
    with around, pytest.raises(IntegrityError):
        fail()
    assert (seen, Group.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_an_error_before_the_commit_undoes_the_transaction() -> None:
    def refuse() -> None:
        raise IntegrityError

    def make() -> None:
        with around_commit(before=refuse, after=_nothing), transaction.atomic():
            Group.objects.create(name="made")

    with pytest.raises(IntegrityError):
        make()
    assert Group.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_behind() -> None:
    here = connections["default"]
    with around_commit(before=_nothing, after=_nothing):
        outer = vars(here)["commit"]
        with around_commit(before=_nothing, after=_nothing):
            assert vars(here)["commit"] != outer
        assert vars(here)["commit"] == outer
    assert "commit" not in vars(here)
