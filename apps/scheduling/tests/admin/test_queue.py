from typing import Any

import pytest

from apps.scheduling.models import OutboxJob

pytestmark = pytest.mark.django_db


def test_the_queue_is_there_to_look_at(console_with: Any) -> None:
    job = OutboxJob.objects.create(task_id="7", name="apps.x.tasks.y", payload="{}")
    browser = console_with(is_superuser=True)
    page = f"/admin/scheduling/outboxjob/{job.pk}/"
    assert "apps.x.tasks.y" in browser.get("/admin/scheduling/outboxjob/").content.decode()
    assert browser.post(f"{page}change/", {"name": "z"}).status_code == 403
    assert browser.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert browser.get("/admin/scheduling/outboxjob/add/").status_code == 403
