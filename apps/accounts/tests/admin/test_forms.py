from typing import Any

import pytest

from apps.accounts.admin.forms import NewUserForm, ResetPasswordForm

pytestmark = pytest.mark.django_db


def test_the_two_passwords_must_be_the_same() -> None:
    form = NewUserForm({"username": "bo", "password": "Correct-1", "confirm": "Correct-2"})
    assert form.errors == {"confirm": ["The two passwords differ."]}


def test_the_policy_is_told_before_it_is_broken(atrium: Any, rf: Any) -> None:
    atrium(password_min_length=11)
    form = ResetPasswordForm(request=rf.get("/"))
    assert "11 to 32 characters" in str(form.fields["password"].help_text)
    assert form.fields["password"].widget.attrs["autocomplete"] == "new-password"
