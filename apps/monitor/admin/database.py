"""The database in the console."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from apps.core.console import Board, page_context
from apps.monitor.selectors.database import database_sample


@Board(
    name="monitor_database",
    label=gettext_lazy("database"),
    code="monitor:database:list",
    app_label="monitor",
    path="monitor/database/",
    icon="database",
    place=4,
)
@never_cache
def database(request: HttpRequest) -> HttpResponse:
    """Show size, tables, connections and the slowest statements."""
    context = page_context(request, title=_("Database"), sample=database_sample())
    return TemplateResponse(request, "monitor/database.html", context)
