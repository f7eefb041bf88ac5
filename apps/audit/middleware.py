"""Logs what is written through the API and the console, and a share of what is read."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from rest_framework.exceptions import APIException

from apps.audit.selectors.arguments import arguments_text
from apps.audit.selectors.titles import api_title, console_title
from apps.audit.services.changes import changes_joined
from apps.audit.services.logins import failures_kept
from apps.audit.services.operations import Operation, Outcome
from apps.core.context import current_context

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
UNREADABLE = (APIException, SuspiciousOperation, RawPostDataException, OSError)
SMALL_BODY_BYTES = 65_536
"""A body up to here is read for the log even if the operation was refused without reading it."""

SAMPLES = 1_000_000


class OperationLogMiddleware:
    """Stands below the one that finds the user, so that what is logged has a name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._is_logged(request):
            return self.get_response(request)
        operation = Operation(
            context=current_context(),
            method=str(request.method),
            path=request.path,
            arguments=lambda: _arguments(request),
        )
        request.operation = operation  # type: ignore[attr-defined] # ours
        with ExitStack() as around:
            if request.method in WRITES:
                around.enter_context(failures_kept())
                around.enter_context(changes_joined())
                around.enter_context(operation.until_commit())
            response = self.get_response(request)
        request.status_told = response.status_code  # type: ignore[attr-defined] # ours
        outcome = _outcome(request, response)
        is_kept = request.method in WRITES or _is_export(request)
        if is_kept and (outcome.is_success or request.user.is_authenticated):
            operation.finish(outcome)
        else:
            operation.finish_later(outcome)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Name the operation; nothing is answered here."""
        operation: Operation | None = getattr(request, "operation", None)
        match = request.resolver_match
        if operation is None or match is None:
            return None
        actions = getattr(view, "actions", None) or {}
        if hasattr(view, "cls"):
            method = str(request.method).lower()
            operation.title = api_title(view.cls, actions.get(method, method))
        else:
            operation.title = console_title(match.url_name or "")
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remember which error it was; the answer does not say."""
        request.error_name = type(exception).__name__  # type: ignore[attr-defined] # ours

    def _is_logged(self, request: HttpRequest) -> bool:
        is_api = request.path.startswith(settings.API_PREFIX)
        if request.method in WRITES or _is_export(request):
            return is_api or request.path.startswith(settings.CONSOLE_PREFIX)
        share = settings.ATRIUM.audit_reads
        if not share or not is_api or request.method != "GET":
            return False
        return secrets.randbelow(SAMPLES) < share * SAMPLES


def _is_export(request: HttpRequest) -> bool:
    """Tell whether a whole list is taken away, which is logged like a write."""
    return request.method == "GET" and request.path.rstrip("/").endswith("/export")


def _outcome(request: HttpRequest, response: HttpResponse) -> Outcome:
    if response.status_code < HTTPStatus.BAD_REQUEST:
        problem = _problem_in_form(response)
        return Outcome(is_success=False, message=problem) if problem else Outcome()
    told = getattr(response, "data", None)
    if isinstance(told, dict) and "code" in told and "msg" in told:
        return Outcome(is_success=False, code=str(told["code"]), message=str(told["msg"])[:512])
    reason = getattr(request, "error_name", "") or response.reason_phrase
    return Outcome(is_success=False, code=str(response.status_code), message=reason)


def _problem_in_form(response: HttpResponse) -> str:
    """Return what a page of the console says against the form that was sent, "" for nothing."""
    context = getattr(response, "context_data", None) or {}
    form = context.get("form") or getattr(context.get("adminform"), "form", None)
    errors = getattr(form, "errors", None) if getattr(form, "is_bound", False) else None
    return "; ".join(f"{name}: {text[0]}" for name, text in errors.items()) if errors else ""


def _arguments(request: HttpRequest) -> str:
    match = request.resolver_match
    parts: dict[str, Any] = {
        "query_params": request.GET.dict(),
        "path_params": dict(match.kwargs) if match else {},
    }
    try:
        parts |= _body(request)
    except UNREADABLE:
        parts["json"] = None  # what could not be read was not acted on either
    secret = getattr(request, "sensitive_post_parameters", ())
    return arguments_text(parts, secrets=() if isinstance(secret, str) else secret)


def _body(request: HttpRequest) -> dict[str, Any]:
    """Return the body by its kind, as the view read it."""
    kind = request.content_type or ""
    api_request = getattr(request, "api_request", None)
    if api_request is None:
        return {} if request.path.startswith(settings.API_PREFIX) else _form(request.POST, request)
    if _is_unread(request):
        return {}
    data = api_request.data
    if kind.startswith(("multipart/", "application/x-www-form-urlencoded")):
        return _form(data, api_request)
    return {"json": data}


def _form(data: Any, request: Any) -> dict[str, Any]:
    kind = "form-data" if request.FILES else "x-www-form-urlencoded"
    values = {
        name: found[0] if len(found) == 1 else found
        for name, found in data.lists()
        if name != "csrfmiddlewaretoken" and name not in request.FILES
    }
    files = {
        name: [
            {"filename": file.name, "content_type": file.content_type, "size": file.size}
            for file in found
        ]
        for name, found in request.FILES.lists()
    }
    return {kind: values | files}


def _is_unread(request: HttpRequest) -> bool:
    """Tell whether the body was refused unread and is too large to be read for the log's sake."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    refused = getattr(request, "status_told", 0) >= HTTPStatus.BAD_REQUEST
    return refused and not (length.isdigit() and int(length) <= SMALL_BODY_BYTES)
