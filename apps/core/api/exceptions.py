"""Turn every error into one shape: `{code, msg, data, trace_id, reason}`."""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import set_rollback

from apps.core.api.parsers import MalformedBodyError
from apps.core.api.renderers import dumps
from apps.core.context import current_context
from apps.core.errors import (
    ConflictError,
    DomainError,
    InUseError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
    UnfitError,
)
from apps.core.outages import REDIS_ERRORS

log = logging.getLogger("atrium.errors")
FROM_SERVICES: tuple[tuple[tuple[type[Exception], ...], type[DomainError]], ...] = (
    ((ProtectedError, RestrictedError), InUseError),
    ((IntegrityError,), ConflictError),
    ((DataError,), UnfitError),
    ((OperationalError, *REDIS_ERRORS), UnavailableError),
)
"""What refusals of the database and the cache mean to the client, the special ones first."""

ECHOES: Mapping[str, Any] = {
    "invalid_choice": _lazy("This is none of the choices."),
    "does_not_exist": _lazy("There is no such row."),
}
"""Own texts for errors whose usual text repeats what was submitted."""


def handle_exception(exc: Exception, context: dict[str, Any]) -> Response | None:  # noqa: ARG001 - DRF's signature
    """Answer for an error raised inside a DRF view; None lets Django answer 500."""
    status, body, headers = describe(exc)
    if status is None:
        return None
    set_rollback()
    response = Response(body, status=status, headers=headers)
    response.is_bare = True  # type: ignore[attr-defined] # read by the renderer: this is an envelope already
    return response


def describe(exc: Exception) -> tuple[int | None, dict[str, Any], dict[str, str]]:
    """Return the HTTP status, the envelope and the headers of an error; no status for a bug."""
    exc = _as_ours(exc)
    if isinstance(exc, InvalidInputError):
        problems = [{"type": exc.reason, "loc": ["body", exc.field], "msg": str(exc)}]
        return _invalid(problems)
    if isinstance(exc, DomainError):
        code = exc.wire_code or exc.status
        headers = {"Retry-After": "1"} if isinstance(exc, UnavailableError) else {}
        return exc.status, envelope(code, str(exc), reason=exc.reason), headers
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(list(_problems(exc.get_full_details(), [getattr(exc, "location", "body")])))
    if isinstance(exc, MalformedBodyError):
        return _invalid([{"type": "json_invalid", "loc": ["body"], "msg": str(exc.detail)}])
    if isinstance(exc, exceptions.APIException):
        return _from_drf(exc)
    return None, {}, {}


def _as_ours(exc: Exception) -> Exception:
    if isinstance(exc, Http404):
        return NotFoundError()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, ModelValidationError):
        return exceptions.ValidationError(as_serializer_error(exc))
    for kinds, ours in FROM_SERVICES:
        if isinstance(exc, kinds):
            level = logging.ERROR if ours is UnavailableError else logging.INFO
            log.log(level, "the database or the cache refused", exc_info=exc)
            return ours()
    return exc


def envelope(code: int, msg: str, *, reason: str, data: Any = None) -> dict[str, Any]:
    """Return the error envelope; `reason` is the stable word that a client may branch on."""
    context = current_context()
    trace_id = context.request_id if context else ""
    return {"code": int(code), "msg": msg, "data": data, "trace_id": trace_id, "reason": reason}


def _from_drf(exc: exceptions.APIException) -> tuple[int, dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if auth := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(ceil(wait))
    codes = exc.get_codes()
    reason = f"core.{codes}" if isinstance(codes, str) and "." not in codes else str(codes)
    return exc.status_code, envelope(exc.status_code, str(exc.detail), reason=reason), headers


def _invalid(problems: list[dict[str, Any]]) -> tuple[int, dict[str, Any], dict[str, str]]:
    first = problems[0] if problems else {"loc": [], "msg": ""}
    field = ".".join(str(step) for step in first["loc"][1:])
    text = f"{field}: {first['msg']}" if field else first["msg"]
    msg = _("Invalid input: %(problem)s") % {"problem": text}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return status, envelope(status, msg, reason="core.invalid", data={"errors": problems}), {}


def _problems(details: Any, loc: list[Any]) -> Iterator[dict[str, Any]]:
    """Flatten DRF's nested error details; submitted values are never among them."""
    if isinstance(details, dict) and {"message", "code"} == set(details):
        code = details["code"]
        yield {"type": code, "loc": loc, "msg": str(ECHOES.get(code, details["message"]))}
    elif isinstance(details, dict):
        for key, inner in details.items():
            yield from _problems(inner, loc if key in OF_THE_WHOLE else [*loc, key])
    elif isinstance(details, list):
        for inner in details:
            yield from _problems(inner, loc)


OF_THE_WHOLE = ("non_field_errors", "__all__")


def _outside_view(request: HttpRequest, status: HTTPStatus, msg: str, reason: str) -> HttpResponse:
    body = envelope(status, msg, reason=reason)
    if request.path.startswith(settings.API_PREFIX):
        return HttpResponse(dumps(body), content_type="application/json", status=status)
    page = {"status": int(status), "message": msg, "trace_id": body["trace_id"]}
    return HttpResponse(loader.render_to_string("error.html", page), status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Answer for a path that no route knows."""
    return _outside_view(request, HTTPStatus.NOT_FOUND, _("Not found."), "core.not_found")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django names it
    """Answer for a request that Django refused, such as one for a host that is not ours."""
    return _outside_view(request, HTTPStatus.BAD_REQUEST, _("Bad request."), "core.bad_request")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a refusal outside of the API; a gate says why in its `PermissionDenied`."""
    told = exception.args[0] if exception and exception.args else None
    if isinstance(told, DomainError):
        return _outside_view(request, told.status, str(told), told.reason)
    text = _("You do not have permission to do this.")
    return _outside_view(request, HTTPStatus.FORBIDDEN, text, "core.permission_denied")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a bug: nothing of it is told, the trace id finds it in the log."""
    text = _("Something went wrong on our side. The trace id helps us to find it.")
    return _outside_view(request, HTTPStatus.INTERNAL_SERVER_ERROR, text, "core.server_error")
