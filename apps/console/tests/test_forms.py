import pytest

from apps.console.forms import MAX_SECRET, ExpiredPasswordForm, SignInForm


def test_a_password_is_taken_as_it_was_typed() -> None:
    form = SignInForm({"username": " ann ", "password": " a b "})
    assert form.is_valid()
    assert form.cleaned_data["password"] == " a b "
    assert form.cleaned_data["username"] == "ann"


def test_what_no_password_can_be_is_not_hashed() -> None:
    form = SignInForm({"username": "ann", "password": "x" * (MAX_SECRET + 1)})
    assert list(form.errors) == ["password"]


@pytest.mark.parametrize("form", [SignInForm, ExpiredPasswordForm])
def test_browsers_know_what_each_field_is_for(form: type[SignInForm]) -> None:
    fields = form().fields
    said = {name: fields[name].widget.attrs.get("autocomplete") for name in fields}
    assert said["username"] == "username"
    assert said.get("password", said.get("old")) == "current-password"
    assert said.get("new", "new-password") == "new-password"
