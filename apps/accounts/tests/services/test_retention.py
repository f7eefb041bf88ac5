from datetime import timedelta
from typing import Any

import pytest
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone

from apps.access.models import Role
from apps.accounts.models import Session, User
from apps.accounts.services import retention
from apps.core.errors import InUseError
from apps.core.models import BinnedModel
from apps.organization.models import Department, Position

pytestmark = pytest.mark.django_db
MODELS: tuple[type[BinnedModel], ...] = (User, Role, Position, Department)


@pytest.fixture
def one_of_each(make_user: Any) -> dict[type[BinnedModel], Any]:
    top = Department.objects.create(name="top")
    below = Department.objects.create(name="below", parent=top)
    role = Role.objects.create(name="crew")
    position = Position.objects.create(name="cook", code="cook")
    user = make_user(username="bob", department=below, roles=[role])
    user.positions.add(position)
    for row in (user, role, position, below, top):
        row.move_to_bin()
    return {User: user, Role: role, Position: position, Department: below}


def _age(days: int) -> None:
    moment = timezone.now() - timedelta(days=days)
    for model in MODELS:
        model._base_manager.filter(deleted_at__isnull=False).update(deleted_at=moment)


def _left() -> int:
    return sum(model._base_manager.count() for model in MODELS)


def test_what_is_old_is_purged_with_what_hangs_on_it(one_of_each: Any) -> None:
    _age(31)
    assert retention.bins_prune(days=30) == 5
    assert _left() == 0


def test_what_is_younger_stays(one_of_each: Any) -> None:
    _age(29)
    assert retention.bins_prune(days=30) == 0
    assert _left() == 5


def test_no_days_keep_for_ever(one_of_each: Any) -> None:
    _age(9999)
    assert retention.bins_prune(days=0) == 0
    assert _left() == 5


def test_a_row_that_cannot_go_keeps_no_other(
    one_of_each: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_row: Any) -> None:
        raise InUseError

    _age(31)
    monkeypatch.setattr(retention, "BINS", ((Role, refuse), *retention.BINS[2:]))
    assert retention.bins_prune(days=30) == 3
    assert Role.bin.count() == 1
    assert "access.Role" in caplog.text


def test_a_row_that_was_restored_meanwhile_stays(
    one_of_each: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _age(31)

    def restore_the_other(_row: Any) -> None:
        for row in Department.bin.all():
            row.take_out_of_bin()

    monkeypatch.setattr(retention, "BINS", ((Department, restore_the_other),))
    assert retention.bins_prune(days=30) == 1
    assert Department.objects.count() == 2


def test_sessions_go_long_after_they_ended(make_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "SESSION_BATCH", 1)
    user, now = make_user(), timezone.now()
    ends = {"open": (None, 1), "young": (-1, 1), "closed": (-9, 1), "run out": (None, -9)}
    for name, (closed, expires) in ends.items():
        Session.objects.create(
            user=user,
            browser=name,
            closed_at=None if closed is None else now + timedelta(days=closed),
            expires_at=now + timedelta(days=expires),
        )
    assert retention.sessions_prune(days=0) == 0
    assert retention.sessions_prune(days=7) == 2
    assert set(Session.objects.values_list("browser", flat=True)) == {"open", "young"}


def test_what_has_run_out_of_the_embedded_cache_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    embedded: Any = LocMemCache("retention", {})
    monkeypatch.setattr(retention, "cache", embedded)
    for name, seconds in (("captcha:old", -1), ("captcha:new", 60), ("node", None)):
        embedded.set(name, "x", 60)
        if seconds != 60:
            embedded._expire_info[embedded.make_key(name)] = seconds
    assert retention.cache_prune() == 1
    assert {key.split(":", 2)[2] for key in embedded._cache} == {"captcha:new", "node"}


def test_another_cache_drops_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "cache", DummyCache("x", {}))
    assert retention.cache_prune() == 0
