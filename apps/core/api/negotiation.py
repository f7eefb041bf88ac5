"""What little HTTP negotiation the API does: it speaks JSON, whatever is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import DefaultContentNegotiation

if TYPE_CHECKING:  # DRF imports this module while it loads, so its views cannot be imported yet
    from rest_framework.request import Request
    from rest_framework.views import APIView


class OneRenderer(DefaultContentNegotiation):
    """Answer with the view's first renderer; an odd `Accept` is no reason to refuse."""

    def select_renderer(
        self,
        request: Request,
        renderers: Any,
        format_suffix: str | None = None,
    ) -> tuple[Any, str]:
        return renderers[0], str(renderers[0].media_type)


class Methods(BaseMetadata):
    """Answer OPTIONS with the methods; what they take is in the OpenAPI document."""

    def determine_metadata(self, request: Request, view: APIView) -> dict[str, Any]:
        return {"methods": view.allowed_methods}
