"""The forms of the console's own pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import BASE_INPUT_CLASSES

MAX_SECRET = 128
"""More than any password may have: what is longer is not hashed at all."""

_INPUT = " ".join(BASE_INPUT_CLASSES)


def _words(autocomplete: str, **attrs: Any) -> forms.TextInput:
    return forms.TextInput({"class": _INPUT, "autocomplete": autocomplete, **attrs})


def _secret(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput({"class": _INPUT, "autocomplete": autocomplete})


class CaptchaForm(forms.Form):
    """A form with a captcha, where the platform asks for one."""

    captcha_id = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    captcha = forms.CharField(
        label=_("Captcha"),
        max_length=16,
        required=False,
        widget=_words("off", autocapitalize="characters", spellcheck="false"),
    )


class SignInForm(CaptchaForm):
    """Who somebody says they are."""

    username = forms.CharField(
        label=_("User name"), max_length=64, widget=_words("username", autocapitalize="none")
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=MAX_SECRET,
        strip=False,
        widget=_secret("current-password"),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed twice, by whoever knows the old one."""

    old = forms.CharField(
        label=_("Current password"),
        max_length=MAX_SECRET,
        strip=False,
        widget=_secret("current-password"),
    )
    new = forms.CharField(
        label=_("New password"), max_length=MAX_SECRET, strip=False, widget=_secret("new-password")
    )
    confirm = forms.CharField(
        label=_("New password again"),
        max_length=MAX_SECRET,
        strip=False,
        widget=_secret("new-password"),
    )


class ExpiredPasswordForm(CaptchaForm, NewPasswordForm):
    """The same, before anybody is signed in."""

    username = forms.CharField(
        label=_("User name"), max_length=64, widget=_words("username", autocapitalize="none")
    )
