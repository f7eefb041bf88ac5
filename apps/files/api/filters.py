"""How files are searched."""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters

from apps.core.api.filters import ContainsFilter, CreatedFilterSet, IdFilter
from apps.files.choices import Kind
from apps.files.models import Node


class NodeFilter(CreatedFilterSet):
    """Without a search only one folder is shown: that of `parent_id`, 0 or none for the top."""

    name = ContainsFilter()
    kind = filters.ChoiceFilter(choices=Kind.choices)
    parent_id = IdFilter(field_name="parent_id")

    class Meta:
        model = Node
        fields = ("name", "kind", "parent_id")

    def filter_queryset(self, queryset: Any) -> Any:
        found = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        if given.get("name") or given.get("kind") or given.get("parent_id"):
            return found
        return found.filter(parent__isnull=True) if given.get("parent_id") == 0 else found
