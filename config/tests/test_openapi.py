"""The OpenAPI document: complete, without a warning, and no less than the contract."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from apps.core.codes import declared_codes, iter_operations
from apps.core.guards import Access
from config.env import BASE_DIR

CONTRACT = BASE_DIR.parent / "shared" / "contract" / "endpoints.json"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def document() -> Any:
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


def _operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"{method.upper()} {path}", operation


def _shape(name: str) -> str:
    return re.sub(r"\{\w+\}", "{}", name)


def test_it_is_made_without_a_warning(document: Any) -> None:
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    validate_schema(document)


def test_every_operation_of_the_routes_is_in_it(document: Any) -> None:
    described = {_shape(name) for name, _operation in _operations(document)}
    routed = {
        _shape(f"{o.method} {o.route}") for o in iter_operations() if o.view.schema is not None
    }
    assert routed - described == set()


def test_every_operation_says_what_it_does_and_needs(document: Any) -> None:
    for name, operation in _operations(document):
        assert operation["summary"], name
        assert not operation["summary"].endswith("."), name
        assert operation["tags"], name
        assert operation["x-permission"] in {
            *declared_codes(),
            Access.PUBLIC.value,
            Access.SIGNED_IN.value,
        }, name


def test_every_code_is_named_in_it(document: Any) -> None:
    named = {operation["x-permission"] for _name, operation in _operations(document)}
    assert set(declared_codes()) <= named


def test_ids_of_operations_are_unique(document: Any) -> None:
    ids = [operation["operationId"] for _name, operation in _operations(document)]
    assert sorted(ids) == sorted(set(ids))


def _bare(operation: Any) -> bool:
    return bool(operation["operationId"] == "auth_login_swagger")


def test_every_answer_is_an_envelope_with_an_example(document: Any) -> None:
    for name, operation in _operations(document):
        content = operation["responses"]["200"]["content"]
        if "application/json" not in content:
            continue  # a file
        media = content["application/json"]
        assert "example" in media, name
        if not _bare(operation):
            assert media["schema"]["required"] == ["code", "msg", "data"], name
            assert media["example"]["code"] == 200, name


def test_every_body_has_a_schema_and_an_example(document: Any) -> None:
    for name, operation in _operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert media["schema"], name
            assert "example" in media, name


def test_every_write_that_reads_a_body_describes_it(document: Any) -> None:
    for name, operation in _operations(document):
        if re.search(
            r"_(create|update|partial_update|destroy_many|set_status)$", operation["operationId"]
        ):
            assert "requestBody" in operation, name


def test_errors_are_told_where_they_apply(document: Any) -> None:
    for name, operation in _operations(document):
        responses = set(operation["responses"])
        if operation["x-permission"] != Access.PUBLIC.value:
            assert {"401", "403"} <= responses, name
        if "requestBody" in operation or "{" in name:
            assert "422" in responses, name


def test_errors_have_the_envelope_of_errors(document: Any) -> None:
    for name, response in document["components"]["responses"].items():
        media = response["content"]["application/json"]
        assert media["schema"] == {"$ref": "#/components/schemas/Error"}, name
        assert media["example"]["trace_id"], name


def _prefix(name: str) -> str:
    parts = name.partition(" ")[2].removeprefix("/api/v1/").split("/")
    return "/".join(parts[:2]) if parts[0] in {"sys", "logs", "monitors"} else parts[0]


def test_nothing_of_the_contract_is_missing_under_the_prefixes_that_exist(document: Any) -> None:
    if not CONTRACT.exists():
        pytest.skip(f"{CONTRACT} is missing")
    ours = {_shape(name) for name, _operation in _operations(document)}
    prefixes = {_prefix(name) for name in ours}
    wanted = {_shape(f"{e['method']} {e['path']}") for e in json.loads(CONTRACT.read_text())}
    assert len(wanted) > 100
    assert {name for name in wanted - ours if _prefix(name) in prefixes} == set()


def test_codes_are_those_of_the_contract(document: Any) -> None:
    if not CONTRACT.exists():
        pytest.skip(f"{CONTRACT} is missing")
    ours = {_shape(name): operation["x-permission"] for name, operation in _operations(document)}
    differing = {
        name: (entry["perm"], ours[name])
        for entry in json.loads(CONTRACT.read_text())
        if entry["perm"]
        and (name := _shape(f"{entry['method']} {entry['path']}")) in ours
        and ours[name] != entry["perm"]
    }
    assert differing == {}
