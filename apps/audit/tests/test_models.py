import pytest
from django.utils import timezone

from apps.audit.models import LoginLog, OperaLog


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (LoginLog(username="ann", happened_at=timezone.now()), "ann"),
        (OperaLog(method="POST", path="/x"), "POST /x"),
    ],
)
def test_a_row_says_what_it_is(row: object, text: str) -> None:
    assert str(row).startswith(text)
