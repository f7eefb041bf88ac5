"""The way from the page of a row to whom it is shared with."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from guardian.ctypes import get_content_type
from unfold.decorators import action


class SharingMixin:
    """Adds “Shared with” to the page of a row: the grants of that row, and adding one to them."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actions_detail = (*(self.actions_detail or ()), "shared_with")

    def has_share_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether somebody may see with whom rows are shared."""
        return request.user.has_perm("sys:grant:list")

    @action(  # type: ignore[untyped-decorator] # unfold has no types
        description=_("Shared with"), permissions=["share"], icon="share", url_path="shared"
    )
    def shared_with(self: Any, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to the list of the grants of this row."""
        row = self.visible_object(request, object_id)
        query = {"content_type__id__exact": get_content_type(row).pk, "row_id__exact": row.pk}
        url = reverse(f"{self.admin_site.name}:access_objectgrant_changelist")
        return HttpResponseRedirect(f"{url}?{urlencode(query)}")
