"""What DRF asks "who is it?": the answer that the middleware found."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.accounts.errors import SessionEndedError
from apps.core.api.permissions import SignInRequiredError
from apps.core.errors import DomainError
from apps.core.guards import Access


class PrincipalAuthentication(BaseAuthentication):
    """Return the user of the token; on public operations a bad token is as good as none."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        plain = request._request  # noqa: SLF001 - DRF's own name for the Django request
        if plain.user.is_authenticated:
            return plain.user, None
        refusal: DomainError | None = getattr(plain, "refusal", None)
        view = (request.parser_context or {}).get("view")
        if refusal is None or getattr(view, "guard", None) is Access.PUBLIC:
            return None
        if isinstance(refusal, SessionEndedError):
            raise SignInRequiredError(str(refusal), code=refusal.reason)
        raise refusal

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # registers itself
    """How the OpenAPI document calls it."""

    target_class = PrincipalAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
