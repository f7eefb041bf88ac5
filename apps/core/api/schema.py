"""OpenAPI of the operations: what each asks and answers, from what its view declares.

Standard actions are described by the view's `row`, `detail_row` and `write_serializer_class`; any
other action says in one line what it takes and gives, by `@answers`. Permission, tag, summary,
errors and security follow from the guard, the docstring and the limits.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import (
    ResolvedComponent,
    append_meta,
    build_array_type,
    is_list_serializer,
)
from rest_framework.fields import Field
from rest_framework.serializers import BaseSerializer, Serializer

from apps.core.api.fields import PksSerializer, PurgeSerializer
from apps.core.api.pagination import PagePagination
from apps.core.api.rows import Computed, RowSerializer
from apps.core.guards import Access, Guard, usual_summary

Shape = type[BaseSerializer[Any]] | Field[Any, Any, Any, Any] | None
F = TypeVar("F", bound=Callable[..., Any])
BEARER = "bearer"
REFRESH_COOKIE = "refreshCookie"
_SECTIONS = re.compile(r"^\s*(Args|Returns|Raises|Source|Attributes|Yields):", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What one action takes and gives; see `answers`."""

    row: Shape = None
    many: bool = False
    page: bool = False
    tree: bool = False
    body: Shape = None
    query: type[BaseSerializer[Any]] | None = None
    bare: bool = False
    errors: tuple[int, ...] = ()
    file: str = ""
    auth: Literal["", "refreshCookie"] = ""


def answers(  # noqa: PLR0913 - a declaration; each argument has its name at the call
    *,
    row: Shape = None,
    many: bool = False,
    page: bool = False,
    tree: bool = False,
    body: Shape = None,
    query: type[BaseSerializer[Any]] | None = None,
    bare: bool = False,
    errors: Sequence[int] = (),
    file: str = "",
    auth: Literal["", "refreshCookie"] = "",
) -> Callable[[F], F]:
    """Describe an action for the OpenAPI document; stands above or below `@action`.

    Args:
        row: What `data` holds: a row or other serializer class, or a field for a plain value.
            None means that `data` is null.
        many: `data` is a bare array of rows.
        page: `data` is a page of rows; the view's filters and page parameters apply.
        tree: `data` is an array of rows, each with the rows below it as `children`.
        body: What the request body holds.
        query: A serializer whose fields are the query parameters.
        bare: The answer goes without the envelope.
        errors: Statuses that the operation answers besides those that follow from its kind.
        file: Media type of an answer that is a file: `application/zip`.
        auth: What the operation asks for instead of an access token.
    """
    told = Answers(
        row=row,
        many=many,
        page=page,
        tree=tree,
        body=body,
        query=query,
        bare=bare,
        errors=tuple(errors),
        file=file,
        auth=auth,
    )

    def mark(action: F) -> F:
        action.answers = told  # type: ignore[attr-defined] # read by CodeSchema
        return action

    return mark


class CodeSchema(AutoSchema):
    """One operation of the document."""

    def told(self) -> Answers:
        """Return what the action says of itself, else what its name means."""
        action = self._action()
        told: Answers | None = getattr(getattr(self.view, action, None), "answers", None)
        usual = self._usual(action)
        if told is None:
            return usual
        row = usual.row if told.row is None else told.row
        return replace(told, row=row, body=usual.body if told.body is None else told.body)

    def _usual(self, action: str) -> Answers:
        row = getattr(self.view, "row", None)
        detail = getattr(self.view, "detail_row", None) or row
        write = getattr(self.view, "write_serializer_class", None)
        is_paged = getattr(self.view, "pagination_class", None) is not None
        usual = {
            "list": Answers(row=row, page=is_paged, many=not is_paged),
            "retrieve": Answers(row=detail),
            "create": Answers(row=detail, body=write),
            "update": Answers(row=detail, body=write),
            "partial_update": Answers(row=detail, body=write),
            "destroy_many": Answers(body=PksSerializer),
            "bin": Answers(row=getattr(self.view, "bin_row", None), page=True),
            "restore": Answers(
                row=detail, body=getattr(self.view, "restore_serializer_class", None)
            ),
            "purge_many": Answers(body=PurgeSerializer),
        }
        return usual.get(action, Answers())

    def need(self) -> str | Access | None:
        """Return what the guard asks for."""
        guard = getattr(self.view, "guard", None)
        return guard.need_of(self._action()) if isinstance(guard, Guard) else guard

    def _action(self) -> str:
        return getattr(self.view, "action", None) or str(self.method).lower()

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        need = self.need()
        operation["x-permission"] = need.value if isinstance(need, Access) else need
        return operation

    def get_operation_id(self) -> str:
        """Return a name that stays when other operations come or go: resource and action."""
        guard, action = getattr(self.view, "guard", None), self._action()
        if isinstance(guard, Guard):
            return f"{(guard.name or guard.resource).replace(':', '_')}_{action}"
        path = "_".join(self._tokenize_path()).replace("-", "_")
        return path if path.endswith(action) else f"{path}_{action}"

    def get_summary(self) -> str | None:
        """Return the first line of the action's docstring, else a sentence about its kind."""
        first = self._docs().partition("\n")[0].strip().removesuffix(".")
        return first or self._usual_summary()

    def get_description(self) -> str:  # type: ignore[override] # as drf-spectacular has it
        """Return the rest of the action's docstring, without what is for programmers only."""
        rest = self._docs().partition("\n")[2]
        return _SECTIONS.split(rest)[0].strip()

    def _docs(self) -> str:
        action = getattr(self.view, self._action(), None)
        return inspect.cleandoc(getattr(action, "__doc__", None) or "")

    def _usual_summary(self) -> str:
        guard = getattr(self.view, "guard", None)
        label = str(guard.label) if isinstance(guard, Guard) else " ".join(self._tokenize_path())
        return usual_summary(self._action(), label)

    def get_tags(self) -> list[str]:
        """Return the resource as people call it; for a view without one, its place in the path."""
        guard = getattr(self.view, "guard", None)
        if isinstance(guard, Guard):
            return [str(guard.label)]
        words: list[str] = self._tokenize_path()
        return [words[1] if words[0] == "sys" and len(words) > 1 else words[0]]

    def get_auth(self) -> list[dict[str, Any]]:
        """Return the token, the cookie, or nothing; the schemes are described in the document."""
        if auth := self.told().auth:
            return [{auth: []}]
        return [] if self.need() is Access.PUBLIC else [{BEARER: []}]

    def get_override_parameters(self) -> list[Any]:
        query = self.told().query
        return [query] if query else []

    def get_request_serializer(self) -> Any:
        return self.told().body

    def get_response_serializers(self) -> Any:
        return self.told().row

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self._action() == "list" or self.told().page

    def _get_paginator(self) -> Any:
        return PagePagination() if self.told().page else None

    def _get_request_body(self, direction: str = "request") -> Any:
        body = self.get_request_serializer()
        if body is None or self.method == "GET":
            return None
        schema, is_required = self._get_request_for_media_type(body, direction)
        if schema is None:
            return None
        content = {media: {"schema": schema} for media in self.map_parsers()}
        return {"content": content, **({"required": True} if is_required else {})}

    def _get_response_bodies(self, direction: str = "response") -> Any:
        told = self.told()
        if told.file:
            content = {told.file: {"schema": {"type": "string", "format": "binary"}}}
        else:
            data = self._data_schema(told, direction)
            content = {"application/json": {"schema": data if told.bare else _envelope(data)}}
        done = {"200": {"description": _("Done"), "content": content}}
        refused = {str(s): {"$ref": f"#/components/responses/Error{s}"} for s in self._errors(told)}
        return done | refused

    def _data_schema(self, told: Answers, direction: str) -> dict[str, Any]:
        if told.row is None:
            return {"nullable": True, "enum": [None]}
        schema = self._shape_schema(told.row, direction)
        if told.tree:
            return build_array_type(self._node(schema))
        if told.page:
            return PagePagination().get_paginated_response_schema(build_array_type(schema))
        return build_array_type(schema) if told.many else schema

    def _node(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the component of a row with those below it."""
        name = f"{row['$ref'].rpartition('/')[2]}Node"
        node = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name)
        below = {"type": "array", "items": node.ref, "nullable": True}
        node.schema = {"allOf": [row, {"type": "object", "properties": {"children": below}}]}
        self.registry.register_on_missing(node)
        return node.ref

    def _shape_schema(self, shape: Any, direction: Any) -> dict[str, Any]:
        if isinstance(shape, type):
            shape = shape()
        if is_list_serializer(shape):
            return build_array_type(self._shape_schema(shape.child, direction))
        if isinstance(shape, Serializer):
            found = self.resolve_serializer(shape, direction)
            return found.ref if found else {"type": "object"}
        mapped: dict[str, Any] = self._map_serializer_field(shape, direction)
        return mapped

    def _errors(self, told: Answers) -> list[int]:
        has_path = "{" in self.path
        has_input = has_path or told.body is not None or told.query is not None
        has_input = has_input or self._is_list_view()
        limits = getattr(self.view, "limits", {})
        applies = {
            401: self.need() is not Access.PUBLIC or bool(told.auth),
            403: self.need() is not Access.PUBLIC,
            404: has_path or self._action() in {"destroy_many", "purge_many"},
            409: self.method in {"POST", "PUT", "PATCH", "DELETE"} and has_input,
            422: has_input,
            429: self._action() in limits,
        }
        return sorted({status for status, does in applies.items() if does} | set(told.errors))

    def _postprocess_serializer_schema(
        self, schema: dict[str, Any], serializer: Any, direction: str
    ) -> dict[str, Any]:
        done: dict[str, Any] = super()._postprocess_serializer_schema(schema, serializer, direction)
        if direction == "response" and isinstance(serializer, RowSerializer):
            done["required"] = list(done.get("properties", {}))
        return done


class ComputedSchema(OpenApiSerializerFieldExtension):
    """A computed value looks like its `shape`."""

    target_class = Computed
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        shape = self.target.shape
        schema: dict[str, Any] = auto_schema._shape_schema(shape, direction)  # noqa: SLF001 - ours
        nullable = {"nullable": True} if shape.allow_null else {}
        done: dict[str, Any] = append_meta(schema, nullable)
        return done


def _envelope(data: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["code", "msg", "data"],
        "properties": {
            "code": {"type": "integer", "enum": [200]},
            "msg": {"type": "string"},
            "data": data,
        },
    }
