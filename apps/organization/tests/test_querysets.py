import pytest
from django.utils import timezone

from apps.organization.models import Department


@pytest.mark.django_db
def test_live_leaves_out_what_is_deleted() -> None:
    kept = Department.objects.create(name="sales")
    Department.objects.create(name="old", deleted_at=timezone.now())
    assert list(Department.objects.all()) == [kept]
