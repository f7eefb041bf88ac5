from typing import Any

import pytest

from apps.access.models import Role
from apps.console.constants import SEARCH_PER_MODEL
from apps.console.selectors.search import found_everywhere
from apps.organization.models import Department

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf: Any, client_with: Any) -> Any:
    def make(*codes: str) -> Any:
        request = rf.get("/admin/search/")
        request.user = client_with(*codes, is_staff=True).user
        return request

    return make


def test_pages_come_before_rows(request_of: Any) -> None:
    Department.objects.create(name="All departments")
    hits = found_everywhere(request_of("sys:dept:list"), "departm")
    assert [hit.title for hit in hits] == ["Departments", "All departments"]
    assert hits[1].link.endswith("/change/")


def test_each_page_shows_only_the_first_of_many(request_of: Any) -> None:
    Role.objects.bulk_create(Role(name=f"Crew {n}") for n in range(SEARCH_PER_MODEL + 3))
    assert len(found_everywhere(request_of("sys:role:list"), "crew")) == SEARCH_PER_MODEL


@pytest.mark.parametrize("text", ["", "c"])
def test_a_letter_is_too_little_to_look_for(request_of: Any, text: str) -> None:
    Role.objects.create(name="Crew")
    assert found_everywhere(request_of("sys:role:list"), text) == []
