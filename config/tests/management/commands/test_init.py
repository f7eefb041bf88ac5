import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_what_must_be_told_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("init")
    assert "admin" in capsys.readouterr().out
    call_command("init")
    assert capsys.readouterr().out == ""
