import pytest
from django.contrib.auth.models import Group

from apps.core import landmarks
from apps.core.console.paginators import LandmarkPaginator


class Pages(LandmarkPaginator):
    tag = "test:pages"


@pytest.mark.django_db
def test_pages_are_cut_at_landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landmarks, "STEP", 5)
    monkeypatch.setattr(landmarks, "MAX_TAIL", 10)
    for number in range(33):
        Group.objects.create(name=f"g{number:02}")
    pages = Pages(Group.objects.order_by("-pk"), 10)
    assert (pages.count, pages.num_pages) == (33, 4)
    names = [group.name for number in pages.page_range for group in pages.page(number)]
    assert names == [f"g{number:02}" for number in reversed(range(33))]
