"""A user's view: what data permission needs to know of whoever asks, ready to be cached."""

from __future__ import annotations

from typing import Any, TypedDict

from apps.access.choices import DEPARTMENTS_VARIABLE
from apps.access.models import DataRule, ObjectGrant, Role


class RuleFacts(TypedDict):
    """A data rule as it is cached."""

    model: str
    column: str
    operator: int
    expression: int
    value: str


class View(TypedDict):
    """What narrows a user's view (JSON values only).

    Attributes:
        is_open: Whether nothing does.
        roles: The rules of each active role; one without rules shows nothing.
        user_id: Who asks.
        department_id: Where they belong.
        departments: That department and all below it; empty where no rule asks for them.
        shares: Of which models rows are shared with the user: by label, the ids of the
            permissions by level.
    """

    is_open: bool
    roles: list[list[RuleFacts]]
    user_id: int
    department_id: int | None
    departments: list[int]
    shares: dict[str, dict[str, int]]


def view_of(user: Any) -> View:
    """Return the view of a user: from the snapshot of the request, else from the database."""
    if user.principal is not None:
        view: View = user.principal["view"]
        return view
    return view_read(user)


def view_read(user: Any) -> View:
    """Return the view of a user as it is in the database: three queries, and one for a tree.

    However many roles, scopes and rules there are.
    """
    active = Role.objects.active().filter(users=user.pk).order_by()
    roles = list(active.values_list("pk", "is_scoped"))
    view: View = {
        "is_open": user.is_superuser or not all(is_scoped for _pk, is_scoped in roles),
        "roles": [],
        "user_id": user.pk,
        "department_id": user.department_id,
        "departments": [],
        "shares": {},
    }
    if view["is_open"]:
        return view
    view["shares"] = shares_read(user.pk)
    view["roles"] = rules_of_roles([pk for pk, _is_scoped in roles])
    if any(DEPARTMENTS_VARIABLE in rule["value"] for rules in view["roles"] for rule in rules):
        view["departments"] = user.departments_below()
    return view


def shares_read(user_id: int) -> dict[str, dict[str, int]]:
    """Return of which models rows are shared with a user, with the permissions by level."""
    found: dict[str, dict[str, int]] = {}
    rows = ObjectGrant.objects.filter(user_id=user_id).order_by()
    names = ("content_type__app_label", "content_type__model", "permission__codename")
    for app, model, codename, pk in rows.values_list(*names, "permission_id").distinct():
        found.setdefault(f"{app}.{model}", {})[codename.partition("_")[0]] = pk
    return found


def rules_of_roles(role_ids: list[int]) -> list[list[RuleFacts]]:
    """Return the rules of the active scopes of each role, an empty list where there are none."""
    held = DataRule.objects.filter(scopes__roles__in=role_ids, scopes__is_active=True)
    rows = held.order_by("scopes__roles", "pk").distinct()
    grouped: dict[int, list[RuleFacts]] = {pk: [] for pk in role_ids}
    names = ("model", "column", "operator", "expression", "value")
    for role_id, _pk, model, column, operator, expression, value in rows.values_list(
        "scopes__roles", "pk", *names
    ):
        grouped[role_id].append(
            {
                "model": model,
                "column": column,
                "operator": operator,
                "expression": expression,
                "value": value,
            }
        )
    return list(grouped.values())


def facts_of(rule: DataRule) -> RuleFacts:
    """Return what counts of a rule."""
    return {
        "model": rule.model,
        "column": rule.column,
        "operator": rule.operator,
        "expression": rule.expression,
        "value": rule.value,
    }
