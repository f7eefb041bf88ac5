"""Data rules made into conditions: each role's rules as the wire joins them, roles added up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import models
from django.db.models import Q

from apps.access.choices import Expression, Operator
from apps.access.selectors.lookups import Among
from apps.access.selectors.values import UnfitError, values_in
from apps.access.selectors.views import RuleFacts, View
from apps.core.scopes import ALL_MODELS, Scoped, column_at

NOTHING = Q(pk__in=())
LOOKUPS = {
    Expression.GREATER: "gt",
    Expression.GREATER_OR_EQUAL: "gte",
    Expression.LESS: "lt",
    Expression.LESS_OR_EQUAL: "lte",
}
NEGATIVE = frozenset({Expression.NOT_EQUAL, Expression.NOT_IN})


def condition_of(view: View, model: type[models.Model], scoped: Scoped) -> Q | None:
    """Return which rows of a model a view shows; None for all of them.

    The rules of one role are joined as the wire says; roles add up. Where rules are there but none
    fits the model, nothing is shown. Source: contract, 4.4, without its fault B5.
    """
    if view["is_open"]:
        return None
    if scoped.is_reference and not _is_named_by_all(scoped, view):
        return None
    found = [
        condition
        for rules in view["roles"]
        if (condition := role_condition(rules, view, model, scoped)) is not None
    ]
    return reduce(or_, found) if found else NOTHING


def _is_named_by_all(scoped: Scoped, view: View) -> bool:
    """Tell whether each role has a rule for the model; one that has none shows all of its rows."""
    return bool(view["roles"]) and all(
        any(rule["model"] == scoped.name for rule in rules) for rules in view["roles"]
    )


def role_condition(
    rules: Iterable[RuleFacts], view: View, model: type[models.Model], scoped: Scoped
) -> Q | None:
    """Return which rows of a model the rules of one role show; None if no rule fits the model.

    (All rules that are joined by AND) or any rule that is joined by OR.
    """
    joined: dict[int, list[Q]] = {Operator.AND: [], Operator.OR: []}
    for rule in rules:
        if concerns(rule, scoped):
            joined[rule["operator"]].append(rule_condition(rule, view, model, scoped))
    parts = list(joined[Operator.OR])
    if joined[Operator.AND]:
        parts.insert(0, reduce(and_, joined[Operator.AND]))
    return reduce(or_, parts) if parts else None


def concerns(rule: RuleFacts, scoped: Scoped) -> bool:
    """Tell whether a rule is about a model.

    One for all models is, where the model has such a column; one that names the model always is,
    and shows nothing if the model has no such column (any more).
    """
    if rule["model"] == ALL_MODELS:
        return not scoped.is_reference and bool(scoped.paths(rule["column"]))
    return rule["model"] == scoped.name


def rule_condition(rule: RuleFacts, view: View, model: type[models.Model], scoped: Scoped) -> Q:
    """Return which rows of a model a rule lets through; none if it does not fit."""
    paths = scoped.paths(rule["column"])
    found = []
    for path in paths:
        column = column_at(model, path)
        try:
            values = values_in(
                rule["value"], column=column, expression=rule["expression"], view=view
            )
        except UnfitError:
            return NOTHING
        if not values:
            return NOTHING
        found.append(_comparison(path, rule["expression"], values))
    if not found:
        return NOTHING
    # Whoever is "not" the owner is so by every column that names one.
    return reduce(and_ if rule["expression"] in NEGATIVE else or_, found)


def _comparison(path: str, expression: int, values: Sequence[Any]) -> Q:
    """Return the comparison; a row without a value is unequal to everything, and not less."""
    if expression == Expression.EQUAL:
        return Q(**{path: values[0]})
    if expression == Expression.NOT_EQUAL:
        return ~Q(**{path: values[0]})
    if expression == Expression.IN:
        return Q(**{f"{path}__{Among.lookup_name}": values})
    if expression == Expression.NOT_IN:
        return ~Q(**{f"{path}__in": values})
    return Q(**{f"{path}__{LOOKUPS[Expression(expression)]}": values[0]})
