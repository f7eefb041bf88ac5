import pytest
from django.utils import timezone

from apps.scheduling.models import Halt
from apps.scheduling.selectors.halts import ALL, halt_now


@pytest.mark.django_db
def test_a_pause_is_found() -> None:
    assert halt_now() is None
    made = Halt.objects.create(name=ALL, since_at=timezone.now())
    assert halt_now() == made
