"""The operators' site: who may enter, what it offers, and which pages it has of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language
from unfold.sites import UnfoldAdminSite

from apps.access.selectors.shares import shareable_models
from apps.console import views
from apps.console.selectors.figures import dashboard_of
from apps.core.console import ConsoleModelAdmin
from apps.core.console.boards import boards

OURS = ("apps.", "plugins.")


class ConsoleSite(UnfoldAdminSite):  # type: ignore[misc] # unfold has no types
    """Django's admin for operators: pages open by permission codes, sign-in is the platform's."""

    site_title = _("Atrium")
    index_title = _("Dashboard")
    index_template = "console/dashboard.html"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register pages that know our codes; those of libraries do not, and are passed over.

        Raises:
            ImproperlyConfigured: A page of ours is not a `ConsoleModelAdmin`.
        """
        if admin_class is None or not issubclass(admin_class, ConsoleModelAdmin):
            if admin_class is not None and admin_class.__module__.startswith(OURS):
                msg = f"{admin_class.__qualname__} is not a ConsoleModelAdmin."
                raise ImproperlyConfigured(msg)
            return
        from apps.access.admin.sharing import SharingMixin  # noqa: PLC0415 - pages need this site

        is_one = isinstance(model_or_iterable, type)
        models = [model_or_iterable] if is_one else list(model_or_iterable)
        if set(models) <= set(shareable_models().values()):
            admin_class = type(
                admin_class.__name__,
                (SharingMixin, admin_class),
                {"__module__": admin_class.__module__},
            )
        super().register(models, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may enter at all; each page asks for its own codes."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        own = [
            path("captcha/", views.captcha, name="captcha"),
            path("language/", set_language, name="set_language"),
            path("password/", views.expired_password, name="expired_password"),
            path("account/", self.admin_view(views.account), name="account"),
        ]
        own += [path(b.path, self.admin_view(b.view), name=b.name) for b in boards()]
        found = [*own, *super().get_urls()]
        _allow_console_scripts(found)
        return found

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        # The palette is in our style sheet: written into the page it would need 'unsafe-inline'.
        return {**super().each_context(request), "colors": {}, "border_radius": ""}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        context = {
            **self.each_context(request),
            "title": self.index_title,
            "board": dashboard_of(request.user),
            **(extra_context or {}),
        }
        request.current_app = self.name
        return TemplateResponse(request, self.index_template, context)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.sign_in(request)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.sign_out(request)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.own_password(request)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:
        return ChoicesView.as_view(admin_site=self)(request)

    def search(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return views.search(request)


class ChoicesView(AutocompleteJsonView):
    """Answers a choice field with what its form accepts, for whoever may use that form."""

    def has_perm(self, request: HttpRequest, obj: Any = None) -> bool:
        page = self._form_page()
        return bool(page.has_add_permission(request) or page.has_change_permission(request))

    def get_queryset(self) -> QuerySet[Any]:
        rows = self._form_page().get_field_queryset(None, self.source_field, self.request)
        found, may_repeat = self.model_admin.get_search_results(self.request, rows, self.term)
        return found.distinct() if may_repeat else found

    def _form_page(self) -> Any:
        site: Any = self.admin_site
        return site.get_model_admin(self.source_field.model)


def _allow_console_scripts(patterns: Iterable[URLPattern | URLResolver]) -> None:
    """Let these pages, and no others of the site, run what the console's widgets need."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _allow_console_scripts(pattern.url_patterns)
        else:
            pattern.callback = csp_update(settings.CONSOLE_CSP)(pattern.callback)
