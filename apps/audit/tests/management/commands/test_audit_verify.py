from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.audit.models import LoginLog
from apps.audit.services import chains
from apps.audit.services.rows import row_make, row_save

pytestmark = pytest.mark.django_db


def test_it_tells_what_is_sealed_and_names_what_was_altered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chains, "SETTLE_SECONDS", 0)
    row = row_make(LoginLog, None, username="ann", is_success=True, happened_at=timezone.now())
    row_save(row)
    out, err = StringIO(), StringIO()
    call_command("audit_verify", stdout=out, stderr=err)
    assert "loginlog: sealed to place 1" in out.getvalue()
    LoginLog.objects.update(username="eve")
    with pytest.raises(CommandError, match="1 fault"):
        call_command("audit_verify", stdout=out, stderr=err)
    assert f"row {row.pk} was altered" in err.getvalue()
