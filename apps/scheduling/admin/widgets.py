"""Inputs of the forms of jobs: those of the browser, in the dress of the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES, SWITCH_CLASSES, TEXTAREA_CLASSES


class _Dressed(forms.Widget):
    classes: ClassVar[list[str]] = INPUT_CLASSES

    def __init__(self, attrs: dict[str, Any] | None = None, **options: Any) -> None:
        dress = {"class": " ".join(self.classes)}
        super().__init__(attrs=dress | (attrs or {}), **options)


class TextInput(_Dressed, forms.TextInput):
    """One line."""


class SecretInput(_Dressed, forms.PasswordInput):
    """One line that is not shown, neither while it is typed nor afterwards."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password"})


class NumberInput(_Dressed, forms.NumberInput):
    """A number."""


class Textarea(_Dressed, forms.Textarea):
    """Several lines."""

    classes = TEXTAREA_CLASSES

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"rows": 3, "spellcheck": "false"} | (attrs or {}))


class Select(_Dressed, forms.Select):
    """One of several."""

    classes = SELECT_CLASSES


class CheckBox(_Dressed, forms.CheckboxInput):
    """On or off."""

    classes = SWITCH_CLASSES


class DayInput(_Dressed, forms.DateInput):
    """A day, chosen in the browser's calendar."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class MomentInput(_Dressed, forms.DateTimeInput):
    """A moment, chosen in the browser's calendar; seconds included."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"step": "1"} | (attrs or {}), format="%Y-%m-%dT%H:%M:%S")
