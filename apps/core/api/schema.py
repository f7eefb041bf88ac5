"""OpenAPI: read and write serializers apart, and the permission code of each operation."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from apps.core.guards import Access, Guard


class CodeSchema(AutoSchema):
    """Add `x-permission` to every operation and keep request and response bodies distinct."""

    def get_request_serializer(self) -> Any:
        write = getattr(self.view, "write_serializer_class", None)
        writes = getattr(self.view, "action", None) in {"create", "update", "partial_update"}
        return write if write and writes else super().get_request_serializer()

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        guard = getattr(self.view, "guard", None)
        action = getattr(self.view, "action", None) or self.method.lower()
        need = guard.need_of(action) if isinstance(guard, Guard) else guard
        operation["x-permission"] = need.value if isinstance(need, Access) else need
        return operation
