"""Good and bad input for every operation, made from the OpenAPI document; nothing may break."""

import json
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import schemathesis
from django.db import transaction
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from rest_framework.test import APIClient
from schemathesis import GenerationMode

from apps.core.codes import iter_operations
from config.tests.rows import fill

EXAMPLES = 4
"""Inputs of each mode for each operation."""


def _operations() -> list[Any]:
    """Return what the document describes."""
    with translation.override("en"):
        document = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document)))
    found: list[Any] = list(schema.get_all_operations())
    return [each.ok() for each in found]


OPERATIONS = _operations()
MODELS = {
    o.route.replace("{pk}", "{id}"): queryset.model
    for o in iter_operations()
    if (queryset := getattr(o.view, "queryset", None)) is not None and "{pk}" in o.route
}


def _call(client: APIClient, case: Any) -> Any:
    told = case.as_transport_kwargs(base_url="http://testserver")
    parts = urlsplit(told["url"])
    query = "&".join(filter(None, [parts.query, _query(told.get("params"))]))
    body: Any = told.get("data") or ""
    if "json" in told:
        body = json.dumps(told["json"])
    kind = told.get("headers", {}).get("Content-Type", "application/json")
    return client.generic(
        told["method"], f"{parts.path}?{query}", body, content_type=kind, headers={"accept": "*/*"}
    )


def _query(params: Any) -> str:
    return urlencode(params or {}, doseq=True, errors="replace")


def _content(response: Any) -> bytes:
    """Return the body; a file is read to its end, which is where it would break."""
    found: bytes = b"".join(response) if response.streaming else response.content
    return found


def _verify(response: Any, case: Any) -> None:
    told = f"{case.method} {case.formatted_path} {case.query} {case.body!r}: {_content(response)!r}"
    assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, told
    assert response["X-Request-ID"], told
    if response.streaming:
        return
    body = response.json()
    if response.status_code == HTTPStatus.OK:
        assert body.get("code", 200) == 200, told
    else:
        assert body["trace_id"] == response["X-Request-ID"], told
        assert body["msg"], told


@pytest.mark.django_db
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method.upper()} {o.path}")
def test_nothing_breaks(operation: Any, mode: GenerationMode, admin_client: APIClient) -> None:
    model = MODELS.get(operation.path) if mode is GenerationMode.POSITIVE else None
    found = fill(model, 1)[0].pk if model else None

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        if found:  # a random key would find no row
            case.path_parameters["id"] = found
        with transaction.atomic():  # the next input finds the rows, and its session, as they were
            _verify(_call(admin_client, case), case)
            transaction.set_rollback(True)

    with suppress(Unsatisfiable):  # an operation without any input has no bad input
        run()
