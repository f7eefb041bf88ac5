"""Lists of the console as files.

Not among the names of the package: rows are described by serializers, and what reads know of the
console must know nothing of HTTP.
"""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from apps.core.api.exports import csv_response
from apps.core.console.pages import ConsoleModelAdmin


class ExportMixin(ConsoleModelAdmin):
    """Adds a button that downloads what the search and the filters leave.

    A page with other buttons names `export` in its `actions_list`, too.

    Attributes:
        export_row: Dotted path of the row of the API; its fields are the columns.
    """

    export_row: ClassVar[str] = ""
    actions_list: tuple[str, ...] = ("export",)

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may take the list away."""
        return self.holds(request, "list") and self.holds(request, "export")

    @action(  # type: ignore[untyped-decorator] # unfold has no types
        description=gettext_lazy("Export"),
        url_path="export/",
        permissions=["export"],
        icon="download",
        attrs={"data-keeps-query": "", "download": ""},
    )
    def export(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the rows of the list as CSV, newest first."""
        rows = self.get_changelist_instance(request).get_queryset(request)
        row = import_string(self.export_row)
        return csv_response(row, rows, name=str(self.opts.model_name))
