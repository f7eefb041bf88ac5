import pytest
from django.utils import timezone

from apps.organization.models import Department, Position
from apps.organization.seeds import seed
from apps.organization.services import department_update

pytestmark = pytest.mark.django_db


def test_the_first_start_makes_the_head_office() -> None:
    seed(demo=False)
    head = Department.objects.get()
    assert (head.name, head.parent_id, head.is_active) == ("Head office", None, True)
    assert not Position.objects.exists()


def test_later_starts_change_nothing() -> None:
    seed(demo=True)
    head = Department.objects.get(parent=None)
    department_update(department=head, name="Centre")
    count = Department.objects.count()
    seed(demo=True)
    assert Department.objects.count() == count
    assert Department.objects.get(parent=None).name == "Centre"


def test_what_was_deleted_does_not_come_back() -> None:
    Department.objects.create(name="gone", deleted_at=timezone.now())
    seed(demo=False)
    assert not Department.objects.all().exists()


def test_a_demo_has_departments_below_and_positions() -> None:
    seed(demo=True)
    head = Department.objects.get(parent=None)
    assert head.children.count() == 3
    assert set(Position.objects.values_list("code", flat=True)) == {
        "manager",
        "engineer",
        "assistant",
    }
