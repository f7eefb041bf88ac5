"""The forms of the users' pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import BaseDialogForm
from unfold.widgets import BASE_INPUT_CLASSES, INPUT_CLASSES

from apps.accounts.errors import PasswordMismatchError
from apps.accounts.models import User

MAX_SECRET = 128
"""More than any password may have: what is longer is not hashed at all."""


def _policy() -> str:
    rules = settings.ATRIUM
    text = _("%(short)s to %(long)s characters, with a letter and a digit.")
    return text % {"short": rules.password_min_length, "long": rules.password_max_length}


def _secret(label: Any, *, classes: list[str], **kwargs: Any) -> forms.CharField:
    attrs = {"class": " ".join(classes), "autocomplete": "new-password"}
    widget = forms.PasswordInput(attrs)
    return forms.CharField(label=label, max_length=MAX_SECRET, strip=False, widget=widget, **kwargs)


class NewUserForm(forms.ModelForm[User]):
    """Somebody new, with a first password typed twice."""

    password = _secret(
        gettext_lazy("First password"),
        classes=INPUT_CLASSES,
        help_text=lazy(_policy, str)(),
    )
    confirm = _secret(gettext_lazy("First password again"), classes=INPUT_CLASSES)

    class Meta:
        model = User
        fields = ("username",)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("password") != data.get("confirm"):
            self.add_error("confirm", str(PasswordMismatchError()))
        return data


class ResetPasswordForm(BaseDialogForm):  # type: ignore[misc] # unfold has no types
    """A new password for somebody else."""

    password = _secret(
        gettext_lazy("New password"),
        classes=BASE_INPUT_CLASSES,
        help_text=lazy(_policy, str)(),
    )
