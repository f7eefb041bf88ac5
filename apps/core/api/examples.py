"""An example for every body and answer of the OpenAPI document, made from its types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

BY_NAME: Mapping[str, Any] = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.signature",
    "avatar": "https://example.com/ann.png",
    "captcha": "7K2M",
    "code": "example",
    "first": "/api/v1/sys/users?page=1&size=20",
    "email": "ann@example.com",
    "last": "/api/v1/sys/users?page=3&size=20",
    "msg": "Request success",
    "next": "/api/v1/sys/users?page=2&size=20",
    "password": "Correct-1",
    "phone": "13800138000",
    "prev": None,
    "self": "/api/v1/sys/users?page=1&size=20",
    "size": 20,
    "status": 1,
    "total": 42,
    "total_pages": 3,
    "username": "ann",
}
BY_FORMAT: Mapping[str, Any] = {
    "binary": "",
    "date": "2026-01-31",
    "date-time": "2026-01-31 09:30:00",
    "decimal": "9.50",
    "email": "ann@example.com",
    "ip": "192.0.2.7",
    "ipv4": "192.0.2.7",
    "time": "09:30:00",
    "uri": "https://example.com/",
    "uuid": "8f14e45f-ceea-467f-9c7b-6a1d7e6c0a11",
}
BY_TYPE: Mapping[str, Any] = {"boolean": True, "integer": 1, "number": 1.5}
MAX_DEPTH = 4
"""Nodes of a tree hold nodes; an example ends after this many."""


def add_examples(document: dict[str, Any]) -> None:
    """Give each body and each answer of a document an example, where it has none."""
    schemas = document.get("components", {}).get("schemas", {})
    for operations in document["paths"].values():
        for operation in operations.values():
            holders = [operation.get("requestBody", {}), *operation["responses"].values()]
            for media in (m for holder in holders for m in holder.get("content", {}).values()):
                if "example" not in media and "examples" not in media:
                    media["example"] = example_of(media["schema"], schemas)


def example_of(
    schema: Mapping[str, Any], schemas: Mapping[str, Any], *, name: str = "", depth: int = 0
) -> Any:
    """Return a value that fits a schema.

    Args:
        schemas: What `$ref` may point to.
        name: The property that holds the value; people expect an address in `email`.
        depth: How many references were followed.
    """
    if "$ref" in schema:
        if depth >= MAX_DEPTH:
            return None
        target = schemas[schema["$ref"].rpartition("/")[2]]
        return example_of(target, schemas, name=name, depth=depth + 1)
    for key in ("allOf", "oneOf", "anyOf"):
        if key in schema:
            return example_of(schema[key][0], schemas, name=name, depth=depth)
    if "example" in schema:
        return schema["example"]
    if schema.get("type") == "object" or "properties" in schema:
        return _object(schema, schemas, depth)
    if schema.get("type") == "array":
        item = example_of(schema["items"], schemas, name=name, depth=depth)
        return [] if item is None else [item]
    return _plain(schema, name)


def _object(schema: Mapping[str, Any], schemas: Mapping[str, Any], depth: int) -> dict[str, Any]:
    return {
        name: example_of(inner, schemas, name=name, depth=depth)
        for name, inner in schema.get("properties", {}).items()
    }


def _plain(schema: Mapping[str, Any], name: str) -> Any:
    usual = BY_NAME.get(name)
    if name in BY_NAME and _fits(usual, schema):
        return usual
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    if schema.get("format") in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    kind = str(schema.get("type", ""))
    if kind in BY_TYPE:
        return max(BY_TYPE[kind], schema.get("minimum", BY_TYPE[kind]))
    return _text(schema, name)


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    if value is None:
        return bool(schema.get("nullable"))
    if value not in schema.get("enum", [value]):
        return False
    kind = "string" if isinstance(value, str) else "integer"
    return schema.get("type") == kind and len(str(value)) <= schema.get("maxLength", 100)


def _text(schema: Mapping[str, Any], name: str) -> str:
    text = name.replace("_", " ") or "text"
    if schema.get("pattern") == "^[0-9]+$":
        return "7341283749128374912"
    if name == "language":
        return str(settings.LANGUAGE_CODE)
    return text[: schema.get("maxLength", len(text))]
