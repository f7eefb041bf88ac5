"""Plain parent keys made into trees."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet


def nest(rows: Iterable[dict[str, Any]], *, leaf_has_key: bool) -> list[dict[str, Any]]:
    """Return the roots, each row with its `children`, in the order given.

    A row whose parent is not among `rows` becomes a root: the reader may not see its parent.

    Args:
        rows: Each with `id` and `parent_id`.
        leaf_has_key: Whether a leaf has `children: None` or no such key.
    """
    listed = list(rows)
    by_id = {row["id"]: row for row in listed}
    roots: list[dict[str, Any]] = []
    for row in listed:
        if leaf_has_key:
            row.setdefault("children", None)
        parent = by_id.get(row["parent_id"])
        if parent is None:
            roots.append(row)
        else:
            parent["children"] = parent.get("children") or []
            parent["children"].append(row)
    return roots


def is_inside(parents: Mapping[Any, Any], node: Any, root: Any) -> bool:
    """Tell whether `node` is `root` or stands somewhere below it.

    Args:
        parents: The parent of each node of the tree, None for a root.
    """
    seen: set[Any] = set()
    current = node
    while current is not None and current not in seen:
        if current == root:
            return True
        seen.add(current)
        current = parents.get(current)
    return False


def below(parents: Mapping[Any, Any], root: Any) -> set[Any]:
    """Return `root` and every node below it."""
    children: dict[Any, list[Any]] = {}
    for node, parent in parents.items():
        children.setdefault(parent, []).append(node)
    found: set[Any] = set()
    pending = [root]
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending += children.get(node, [])
    return found


def switched(parents: Mapping[Any, Any], nodes: Iterable[Any], *, is_active: bool) -> set[Any]:
    """Return the nodes that are switched with some nodes of a tree, and those nodes.

    Disabling takes all that is below along, which cannot work without; enabling takes all that is
    above, without which it would not work.

    Args:
        parents: The parent of each node of the tree, None for a root.
    """
    found: set[Any] = set()
    for node in nodes:
        if not is_active:
            found |= below(parents, node)
        current = node
        while is_active and current is not None and current not in found:
            found.add(current)
            current = parents.get(current)
    return found


def lock_parents(queryset: QuerySet[Any, Any]) -> dict[Any, Any]:
    """Lock every row of a tree until the transaction ends and return the parent of each.

    Whoever moves a row asks for this before any single row of it: two who moved rows below each
    other at the same time would make a cycle, or wait for each other for ever.
    """
    return dict(queryset.select_for_update().order_by("pk").values_list("pk", "parent_id"))
