"""The page that tells what a user may do to a row, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from apps.access.selectors import all_codes
from apps.accounts.models import User
from apps.accounts.selectors.explain import explain, row_named
from apps.core.errors import NotFoundError
from apps.core.scopes import scoped_models

MAX_PK = 2**63 - 1


class QuestionForm(forms.Form):
    """May somebody do this, to that row."""

    code = forms.ChoiceField(label=gettext_lazy("Permission"), widget=UnfoldAdminSelectWidget())
    model = forms.ChoiceField(
        label=gettext_lazy("To a row of"), required=False, widget=UnfoldAdminSelectWidget()
    )
    key = forms.IntegerField(
        label=gettext_lazy("with the id"),
        required=False,
        min_value=1,
        max_value=MAX_PK,
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models = [
            (name, capfirst(str(model._meta.verbose_name_plural)))
            for name, model in scoped_models().items()
        ]
        codes: Any = self.fields["code"]
        rows: Any = self.fields["model"]
        codes.choices = [(code, code) for code in all_codes()]
        rows.choices = [("", _("no row in particular")), *models]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("model") and not data.get("key"):
            self.add_error("key", _("Which row is it? Its id stands in its address."))
        return data


class ExplainMixin:
    """Adds the page to that of a user, for whoever has the code."""

    def has_explain_permission(self: Any, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether somebody may ask what others may do."""
        may: bool = self.holds(request, "list") and self.holds(request, "explain")
        return may

    @action(  # type: ignore[untyped-decorator] # unfold has no types
        description=gettext_lazy("Explain rights"),
        permissions=["explain"],
        icon="help_center",
        url_path="explain",
    )
    def explain(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask and answer on one page; a question is an address that can be sent on."""
        user: User = self.visible_object(request, object_id)
        form = QuestionForm(request.GET if "code" in request.GET else None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("What %(name)s may do") % {"name": user},
            "opts": self.opts,
            "asked": user,
            "form": form,
            "answer": _answer(request, user, form) if form.is_valid() else None,
            "back_url": self.url("change", user.pk),
        }
        return TemplateResponse(request, "accounts/explain.html", context)


def _answer(request: HttpRequest, user: User, form: QuestionForm) -> Any:
    asked = form.cleaned_data
    row = None
    if asked["model"]:
        assert isinstance(request.user, User)  # noqa: S101 - the site lets nobody else in
        try:
            row = row_named(f"{asked['model']}:{asked['key']}", asker=request.user)
        except NotFoundError as error:
            form.add_error("key", str(error))
            return None
    return explain(user=user, code=asked["code"], row=row)
