from typing import Any

import pytest

from apps.files import tasks
from apps.files.schedules import SCHEDULES
from apps.files.services.bytes import storage
from apps.files.tests.factories import stored

pytestmark = pytest.mark.django_db


def test_the_tasks_say_how_much_they_did(user: Any) -> None:
    storage().delete(stored(user).key or "")
    assert tasks.purge_bin() == 0
    assert tasks.give_up_uploads() == 0
    assert tasks.remove_orphans() == {"removed": 0, "missing": 1}


def test_every_task_is_scheduled() -> None:
    assert {entry["task"] for entry in SCHEDULES.values()} == {
        f"apps.files.tasks.{name}" for name in ("purge_bin", "give_up_uploads", "remove_orphans")
    }
