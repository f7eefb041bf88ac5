from __future__ import annotations

import pytest
from django.db import transaction

from apps.core.live import announce, notify
from apps.realtime.models import Event

pytestmark = pytest.mark.django_db


def test_what_is_notified_and_announced_is_kept() -> None:
    notify(3, "task.progress", id=9, share=0.5)
    announce("shop.orders", "order.paid", id=1)
    rows = Event.objects.values_list("user_id", "topic", "name", "payload")
    assert list(rows) == [
        (3, "", "task.progress", {"id": 9, "share": 0.5}),
        (None, "shop.orders", "order.paid", {"id": 1}),
    ]


def test_what_is_said_in_an_undone_transaction_is_not_kept() -> None:
    with transaction.atomic():
        notify(3, "task.progress")
        transaction.set_rollback(True)
    assert not Event.objects.exists()
