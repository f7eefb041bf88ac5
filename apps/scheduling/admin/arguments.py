"""A form for what a job takes, made of its signature."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.masking import is_secret
from apps.scheduling.admin.widgets import (
    DayInput,
    MomentInput,
    NumberInput,
    SecretInput,
    Select,
    Textarea,
    TextInput,
)
from apps.scheduling.selectors.jobs import JobInfo
from apps.scheduling.selectors.signatures import WORDS, Kind, Parameter

PREFIX = "arg_"
UNSET = ""
"""What a field of a parameter holds that is left to its default."""


class JsonField(forms.CharField):
    """JSON, read but not judged: whether the job takes it is the services' business."""

    widget = Textarea
    default_error_messages = {"json": _("This is no JSON: %(fault)s.")}

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return UNSET
        try:
            return json.loads(text)
        except ValueError as error:
            fault = str(error).rstrip(".")
            raise forms.ValidationError(
                self.error_messages["json"], code="json", params={"fault": fault}
            ) from None

    def validate(self, value: Any) -> None:
        """Ask for something; an empty list and null are something."""
        if self.required and isinstance(value, str) and value == UNSET:
            raise forms.ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Judge nothing: the validators of a text do not know lists."""


class ChoiceField(forms.TypedChoiceField):
    """One of the values of a parameter, whatever their type is."""

    widget = Select

    def __init__(self, parameter: Parameter, **options: Any) -> None:
        values = list(parameter.choices)
        self._values: dict[str, Any] = {str(value): value for value in values}
        unset = [(UNSET, _default_text(parameter))] if not parameter.is_required else []
        super().__init__(
            choices=[*unset, *((text, text) for text in self._values)],
            coerce=self._values.__getitem__,
            empty_value=UNSET,
            **options,
        )


class TruthField(forms.TypedChoiceField):
    """Yes, no, or what the job assumes by itself."""

    widget = Select

    def __init__(self, parameter: Parameter, **options: Any) -> None:
        unset = [] if parameter.is_required else [(UNSET, _default_text(parameter))]
        super().__init__(
            choices=[*unset, ("true", _("yes")), ("false", _("no"))],
            coerce=lambda text: text == "true",
            empty_value=UNSET,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "true", False: "false"}.get(value, value)


def _number(parameter: Parameter, **options: Any) -> forms.Field:
    if parameter.kind == Kind.INTEGER:
        return forms.IntegerField(widget=NumberInput, **options)
    return forms.FloatField(widget=NumberInput(attrs={"step": "any"}), **options)


def _json(_parameter: Parameter, **options: Any) -> forms.Field:
    return JsonField(**options)


def _text(parameter: Parameter, **options: Any) -> forms.Field:
    widget = SecretInput() if is_secret(parameter.name) else TextInput()
    return forms.CharField(widget=widget, strip=False, **options)


MAKERS: Mapping[Kind, Callable[..., forms.Field]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _number,
    Kind.NUMBER: _number,
    Kind.FLAG: TruthField,
    Kind.CHOICE: ChoiceField,
    Kind.DAY: lambda _parameter, **options: forms.DateField(widget=DayInput, **options),
    Kind.MOMENT: lambda _parameter, **options: forms.DateTimeField(widget=MomentInput, **options),
}


def argument_fields(job: JobInfo) -> dict[str, forms.Field]:
    """Return a field for each parameter of a job, by the name that the form has for it."""
    return {f"{PREFIX}{parameter.name}": _field(parameter) for parameter in job.parameters}


def arguments_of(job: JobInfo, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the named arguments that a valid form holds; what is left empty is left out."""
    found = {}
    for parameter in job.parameters:
        value = cleaned.get(f"{PREFIX}{parameter.name}", UNSET)
        is_null = value is None and parameter.kind not in MAKERS  # typed so, in JSON
        if is_null or (value is not None and value != UNSET):
            found[parameter.name] = _json_value(value)
        elif parameter.is_required and parameter.is_nullable:
            found[parameter.name] = None
    return found


def initial_of(job: JobInfo, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields show of arguments that are kept; of secrets, nothing."""
    names = [parameter.name for parameter in job.parameters]
    given = dict(zip(names, args, strict=False)) | {n: v for n, v in kwargs.items() if n in names}
    kinds = {parameter.name: parameter.kind for parameter in job.parameters}
    return {
        f"{PREFIX}{name}": _shown(kinds[name], value)
        for name, value in given.items()
        if not is_secret(name)
    }


def _field(parameter: Parameter) -> forms.Field:
    make: Callable[..., forms.Field] = MAKERS.get(parameter.kind, _json)
    is_required = parameter.is_required and not parameter.is_nullable
    help_text = WORDS.get(parameter.kind, _("any JSON value"))
    made = make(parameter, required=is_required, label=parameter.name, help_text=help_text)
    if parameter.kind in {Kind.CHOICE, Kind.FLAG}:
        made.help_text = ""
    elif not parameter.is_required:
        made.widget.attrs["placeholder"] = _default_text(parameter)
    return made


def _default_text(parameter: Parameter) -> str:
    shown = json.dumps(parameter.default, ensure_ascii=False, default=str)
    return str(_("by default: %(value)s") % {"value": shown})


def _json_value(value: Any) -> Any:
    is_time = hasattr(value, "isoformat")
    return value.isoformat() if is_time else value


def _shown(kind: Kind, value: Any) -> Any:
    if kind not in MAKERS:
        return json.dumps(value, ensure_ascii=False, indent=2)
    if kind != Kind.MOMENT or not isinstance(value, str):
        return value
    moment = forms.DateTimeField().to_python(value)
    return timezone.localtime(moment) if moment else value
