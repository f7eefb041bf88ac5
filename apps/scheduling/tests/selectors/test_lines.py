from itertools import count

import pytest
from django.utils import timezone

from apps.scheduling.models import Run, RunLine
from apps.scheduling.selectors import lines
from apps.scheduling.selectors.lines import lines_after, newest_lines

pytestmark = pytest.mark.django_db
_numbers = count(1)


def _run_with(number: int) -> Run:
    now = timezone.now()
    run = Run.objects.create(task_id=f"lines-{next(_numbers)}", name="a.job", queued_at=now)
    for text in range(number):
        RunLine.objects.create(run=run, at=now, text=str(text))
    return run


def test_the_newest_lines_come_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PORTION", 2)
    _run_with(1)
    found, has_more = newest_lines(_run_with(3))
    assert [line.text for line in found] == ["1", "2"]
    assert has_more
    assert newest_lines(_run_with(2))[1] is False


def test_lines_after_another_come_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "PORTION", 2)
    run = _run_with(4)
    first = run.lines.order_by("pk")[0]
    assert [line.text for line in lines_after(run, first.pk)] == ["1", "2"]
