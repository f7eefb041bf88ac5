from typing import Any

import pytest

from apps.core.api.examples import add_examples, example_of

SCHEMAS: dict[str, Any] = {
    "Row": {"type": "object", "properties": {"email": {"type": "string", "format": "email"}}},
    "Node": {
        "allOf": [{"$ref": "#/components/schemas/Row"}, {"type": "object", "properties": {}}],
    },
    "Loop": {
        "type": "object",
        "properties": {"inner": {"$ref": "#/components/schemas/Loop"}},
    },
}


@pytest.mark.parametrize(
    ("schema", "name", "value"),
    [
        ({"type": "string"}, "", "text"),
        ({"type": "string"}, "first_name", "first name"),
        ({"type": "string", "maxLength": 3}, "label", "lab"),
        ({"type": "string", "maxLength": 2}, "username", "us"),
        ({"type": "string", "format": "uuid"}, "", "8f14e45f-ceea-467f-9c7b-6a1d7e6c0a11"),
        ({"type": "string", "format": "date-time"}, "at", "2026-01-31 09:30:00"),
        ({"type": "string", "pattern": "^[0-9]+$"}, "id", "7341283749128374912"),
        ({"type": "integer"}, "", 1),
        ({"type": "integer", "minimum": 6}, "", 6),
        ({"type": "integer", "enum": [0, 1]}, "status", 1),
        ({"type": "integer", "enum": [3, 4]}, "status", 3),
        ({"type": "integer", "default": 20}, "", 20),
        ({"type": "integer"}, "total", 42),
        ({"type": "boolean"}, "", True),
        ({"type": "array", "items": {"type": "integer"}}, "", [1]),
        ({"type": "string", "example": "mine"}, "", "mine"),
        ({"type": "string", "nullable": True}, "prev", None),
        ({"nullable": True, "enum": [None]}, "data", None),
        ({"$ref": "#/components/schemas/Row"}, "", {"email": "ann@example.com"}),
        ({"$ref": "#/components/schemas/Node"}, "", {"email": "ann@example.com"}),
        ({}, "language", "en"),
    ],
)
def test_an_example_fits_its_schema(schema: Any, name: str, value: Any) -> None:
    assert example_of(schema, SCHEMAS, name=name) == value


def test_a_shape_that_holds_itself_comes_to_an_end() -> None:
    example, depth = example_of({"$ref": "#/components/schemas/Loop"}, SCHEMAS), 0
    while example is not None:
        example, depth = example["inner"], depth + 1
    assert 1 <= depth <= 5


def test_an_example_that_is_there_stays() -> None:
    media: dict[str, Any] = {"schema": {"type": "string"}, "example": "kept"}
    bare: dict[str, Any] = {"schema": {"type": "string"}}
    responses = {"200": {"content": {"a/a": media, "b/b": bare}}, "401": {"$ref": "#/x"}}
    add_examples({"paths": {"/": {"get": {"responses": responses}}}})
    assert (media["example"], bare["example"]) == ("kept", "text")
