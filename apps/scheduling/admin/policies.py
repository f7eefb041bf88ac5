"""The form of what happens around the times of a schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from apps.scheduling.admin.widgets import CheckBox, NumberInput, Select, Textarea
from apps.scheduling.choices import Missed
from apps.scheduling.models import SchedulePolicy
from apps.scheduling.services.policies import BOUNDS, CHANNELS, MOST_MAILS, channel_names


def _number(name: str, **options: Any) -> forms.IntegerField:
    least, most = BOUNDS[name]
    return forms.IntegerField(min_value=least, max_value=most, widget=NumberInput, **options)


class PolicyForm(forms.Form):
    """What happens around the times of a schedule; the code's own schedules offer this alone."""

    missed = forms.ChoiceField(
        label=_("times that were missed"), choices=Missed.choices, widget=Select
    )
    missed_limit = _number(
        "missed_limit", label=_("missed times at most"), help_text=_("For “run each”.")
    )
    may_overlap = forms.BooleanField(
        label=_("runs may overlap"),
        required=False,
        widget=CheckBox,
        help_text=_("Otherwise a run is skipped while the one before is at work."),
    )
    limit_seconds = _number(
        "limit_seconds",
        label=_("seconds it may run"),
        required=False,
        help_text=_("Empty: the platform's limit."),
    )
    retries = _number("retries", label=_("tries after a failure"))
    retry_seconds = _number(
        "retry_seconds",
        label=_("seconds before the next try"),
        help_text=_("Doubled with each further try, up to an hour."),
    )
    alert_mails = forms.CharField(
        label=_("addresses to mail on failure"),
        required=False,
        widget=Textarea(attrs={"rows": 2}),
        help_text=_("One on each line."),
    )
    alert_webhook = forms.ChoiceField(
        label=_("webhook to call on failure"), required=False, widget=Select
    )
    alert_robot = forms.ChoiceField(
        label=_("chat robot to tell on failure"), required=False, widget=Select
    )

    def __init__(self, *args: Any, policy: SchedulePolicy | None = None, **options: Any) -> None:
        kept = policy or SchedulePolicy()
        shown = {name: getattr(kept, name) for name in PolicyForm.base_fields}
        shown["alert_mails"] = "\n".join(kept.alert_mails)
        options["initial"] = shown | options.get("initial", {})
        super().__init__(*args, **options)
        if not settings.EMAIL_HOST:
            self.fields["alert_mails"].help_text = _(
                "One on each line. The platform has no mail set up: nothing is sent until it has."
            )
        for column in CHANNELS:
            _offer(self.fields[column], channel_names(column), shown[column])

    def clean_alert_mails(self) -> list[str]:
        """Read the addresses."""
        found: list[str] = self.cleaned_data["alert_mails"].replace(",", "\n").split()
        if len(found) > MOST_MAILS:
            text = _("Give %(most)s addresses at most.") % {"most": MOST_MAILS}
            raise ValidationError(text)
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                text = _("“%(value)s” is no address.") % {"value": address}
                raise ValidationError(text) from None
        return found

    def policy(self) -> dict[str, Any]:
        """Return the columns of the policy, once the form is valid."""
        return {name: self.cleaned_data[name] for name in PolicyForm.base_fields}


def _offer(field: Any, known: Iterable[str], kept: str) -> None:
    """Make the names that the operators of the platform gave to its channels a choice."""
    names = list(dict.fromkeys([*known, *filter(None, [kept])]))
    text = _("none") if names else _("none; the platform has none set up")
    field.choices = [("", text), *((name, name) for name in names)]
