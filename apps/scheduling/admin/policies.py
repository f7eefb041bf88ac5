"""The form of what happens around the times of a schedule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from apps.scheduling.admin.widgets import CheckBox, NumberInput, Select, Textarea
from apps.scheduling.choices import Missed
from apps.scheduling.models import SchedulePolicy

HOUR, DAY = 3_600, 86_400
MOST_MAILS = 20
PLATFORM_KEYS = {"webhook": "alert_webhooks", "robot": "alert_robots"}


class PolicyForm(forms.Form):
    """What happens around the times of a schedule; the code's own schedules offer this alone."""

    missed = forms.ChoiceField(
        label=_("times that were missed"), choices=Missed.choices, widget=Select
    )
    missed_limit = forms.IntegerField(
        label=_("missed times at most"),
        min_value=1,
        max_value=1000,
        widget=NumberInput,
        help_text=_("For “run each”."),
    )
    may_overlap = forms.BooleanField(
        label=_("runs may overlap"),
        required=False,
        widget=CheckBox,
        help_text=_("Otherwise a run is skipped while the one before is at work."),
    )
    limit_seconds = forms.IntegerField(
        label=_("seconds it may run"),
        required=False,
        min_value=1,
        max_value=DAY,
        widget=NumberInput,
        help_text=_("Empty: the platform's limit."),
    )
    retries = forms.IntegerField(
        label=_("tries after a failure"), min_value=0, max_value=100, widget=NumberInput
    )
    retry_seconds = forms.IntegerField(
        label=_("seconds before the next try"),
        min_value=1,
        max_value=HOUR,
        widget=NumberInput,
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
        for channel, key in PLATFORM_KEYS.items():
            _offer(self.fields[f"alert_{channel}"], key, shown[f"alert_{channel}"])

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


def _offer(field: Any, key: str, kept: str) -> None:
    """Make the names that the operators of the platform gave to its channels a choice."""
    known = [getattr(entry, "name", entry) for entry in getattr(settings.ATRIUM, key, ())]
    names = list(dict.fromkeys([*known, *filter(None, [kept])]))
    text = _("none") if names else _("none; the platform has none set up")
    field.choices = [("", text), *((name, name) for name in names)]
