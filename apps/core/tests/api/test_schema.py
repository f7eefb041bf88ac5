from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers
from rest_framework.decorators import action

from apps.core.api.routers import ResourceRouter
from apps.core.api.schema import answers
from apps.core.tests import sample

GROUPS = "/api/v1/test/groups"


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator(urlconf="apps.core.tests.sample").get_schema(request=None, public=True)


def _data(operation: Any) -> Any:
    body = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert body["required"] == ["code", "msg", "data"]
    return body["properties"]["data"]


def test_a_list_is_a_page_of_rows_with_its_filters(document: Any) -> None:
    operation = document["paths"][GROUPS]["get"]
    page = _data(operation)["properties"]
    assert page["items"]["items"] == {"$ref": "#/components/schemas/GroupRow"}
    assert {p["name"] for p in operation["parameters"]} == {
        "name",
        "page",
        "permission",
        "size",
        "status",
    }
    status = next(p for p in operation["parameters"] if p["name"] == "status")
    assert status["schema"]["enum"] == [0, 1]


def test_a_row_is_answered_by_reads_and_writes(document: Any) -> None:
    row = {"$ref": "#/components/schemas/GroupDetailRow"}
    one = document["paths"][f"{GROUPS}/{{id}}"]
    for operation in (one["get"], one["put"], one["patch"], document["paths"][GROUPS]["post"]):
        assert _data(operation) == row


def test_a_body_is_what_the_write_serializer_takes(document: Any) -> None:
    body = document["paths"][GROUPS]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/GroupRequest"}
    assert body["example"] == {"name": "name", "remark": "remark"}
    patch = document["paths"][f"{GROUPS}/{{id}}"]["patch"]["requestBody"]
    assert "required" not in patch


def test_a_bulk_delete_has_a_body(document: Any) -> None:
    operation = document["paths"][GROUPS]["delete"]
    assert operation["requestBody"]["content"]["application/json"]["example"] == {"pks": [1]}
    assert _data(operation) == {"nullable": True, "enum": [None]}


def test_every_key_of_a_row_is_required_and_told(document: Any) -> None:
    row = document["components"]["schemas"]["GroupDetailRow"]
    assert row["required"] == ["id", "caption", "name", "nothing", "permissions"]
    assert row["properties"]["caption"]["type"] == "string"
    kinds = {"type": "array", "items": {"$ref": "#/components/schemas/KindRow"}}
    assert {k: row["properties"]["nothing"][k] for k in kinds} == kinds


def test_permission_tag_summary_and_security_follow_from_the_view(document: Any) -> None:
    operation = document["paths"][f"{GROUPS}/all"]["get"]
    assert operation["x-permission"] == "signed in"
    assert operation["tags"] == ["groups"]
    assert operation["summary"] == "List all groups"
    assert operation["security"] == [{"bearer": []}]
    assert operation["operationId"] == "test_group_all"
    public = document["paths"]["/api/v1/test/odd/check"]["post"]
    assert public["x-permission"] == "public"
    assert "security" not in public


def test_errors_follow_from_the_kind_of_operation(document: Any) -> None:
    def errors(path: str, method: str) -> list[str]:
        return sorted(set(document["paths"][path][method]["responses"]) - {"200"})

    assert errors(GROUPS, "get") == ["401", "403", "422"]
    assert errors(GROUPS, "post") == ["401", "403", "409", "422"]
    assert errors(GROUPS, "delete") == ["401", "403", "404", "409", "422"]
    assert errors(f"{GROUPS}/{{id}}", "get") == ["401", "403", "404", "422"]
    assert errors(f"{GROUPS}/all", "get") == ["401", "403", "429"]
    assert errors("/api/v1/test/odd/who", "get") == []


def test_ids_of_operations_are_unique(document: Any) -> None:
    ids = [
        o["operationId"] for operations in document["paths"].values() for o in operations.values()
    ]
    assert len(ids) == len(set(ids))


def test_an_action_says_in_one_line_what_it_takes_and_gives() -> None:
    class QuerySerializer(serializers.Serializer[Any]):
        kind = serializers.ChoiceField(choices=["a", "b"])

    class View(sample.OddViewSet):
        @answers(row=sample.KindRow, bare=True, query=QuerySerializer, errors=[400])
        @action(detail=False)
        def bare(self, request: Any) -> Any:
            """Say it.

            More of it.

            Args:
                request: Not for readers of the document.
            """

        @action(detail=False)
        @answers(file="application/zip")
        def download(self, request: Any) -> Any:
            """Download."""

        @answers(row=serializers.ListField(child=serializers.CharField()), auth="refreshCookie")
        @action(detail=False, methods=["post"])
        def words(self, request: Any) -> Any:
            """List words."""

    router = ResourceRouter()
    router.register("view", View, basename="view")
    generator = SchemaGenerator(patterns=router.urls)
    paths = generator.get_schema(request=None, public=True)["paths"]
    bare = paths["/view/bare"]["get"]
    schema = bare["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/KindRow"}
    assert bare["description"] == "More of it."
    assert [p["name"] for p in bare["parameters"]] == ["kind"]
    assert set(bare["responses"]) == {"200", "400", "422"}
    zipped = paths["/view/download"]["get"]["responses"]["200"]["content"]
    assert zipped["application/zip"]["schema"]["format"] == "binary"
    words = paths["/view/words"]["post"]
    assert _data(words)["items"] == {"type": "string"}
    assert words["security"] == [{"refreshCookie": []}]
    assert "401" in words["responses"]
