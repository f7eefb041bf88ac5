"""Data rules: made, changed and deleted, and never such that they could not be evaluated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.access.errors import RuleNameTakenError
from apps.access.models import DataRule, Role
from apps.access.selectors.offers import columns_of, models_offered
from apps.access.selectors.values import UnfitError, values_in
from apps.access.selectors.views import View
from apps.access.services.held import Actor, ensure_all_rows_held
from apps.core.cached import PRINCIPALS, invalidate
from apps.core.errors import InvalidInputError
from apps.core.scopes import ALL_MODELS, Scoped, column_at, scoped_models

SOMEBODY: View = {
    "is_open": False,
    "roles": [],
    "user_id": 1,
    "department_id": 1,
    "departments": [1],
    "shares": {},
}
"""The view that a rule is tried with."""
COMPARED = ("model", "column", "operator", "expression", "value")


@transaction.atomic
def rule_create(*, name: str, **columns: Any) -> DataRule:
    """Make a rule; it narrows nobody's view until a scope has it.

    Args:
        columns: `model`, `column`, `operator`, `expression` and `value`.

    Raises:
        RuleNameTakenError: Another rule has the name.
        InvalidInputError: No such model or column, or a value that does not fit it.
    """
    _refuse_taken(name, but=None)
    rule = DataRule(name=name, **columns)
    rule_check(rule=rule)
    rule.save(force_insert=True)
    return rule


@transaction.atomic
def rule_update(*, actor: Actor | None, rule: DataRule, **columns: Any) -> DataRule:
    """Change the columns given; it counts from the next request on.

    Raises:
        RuleNameTakenError: Another rule has the name.
        InvalidInputError: No such model or column, or a value that does not fit it.
        NotHeldError: Roles see by the rule, and the actor does not see all rows.
    """
    if "name" in columns:
        _refuse_taken(columns["name"], but=rule)
    is_other = any(
        columns.get(name, getattr(rule, name)) != getattr(rule, name) for name in COMPARED
    )
    if is_other:
        _ensure_changeable(actor, [rule])
    for name, value in columns.items():
        setattr(rule, name, value)
    if is_other:
        rule_check(rule=rule)
    rule.save()
    invalidate(PRINCIPALS)
    return rule


@transaction.atomic
def rules_delete(*, actor: Actor | None, rules: Iterable[DataRule]) -> None:
    """Delete rules; the scopes that have them lose them.

    Raises:
        NotHeldError: Roles see by one of them, and the actor does not see all rows.
    """
    listed = list(rules)
    _ensure_changeable(actor, listed)
    DataRule.objects.filter(pk__in=[rule.pk for rule in listed]).delete()
    invalidate(PRINCIPALS)


def rule_check(*, rule: DataRule) -> None:
    """Let a rule pass that can be evaluated.

    Raises:
        InvalidInputError: No such model or column, or a value that does not fit it.
    """
    if rule.model not in models_offered():
        raise InvalidInputError(field="model", message=_("There is no such model to choose from."))
    if rule.column not in columns_of(rule.model):
        text = _("The model has no such column to choose from.")
        raise InvalidInputError(field="column", message=text)
    for name, model in scoped_models().items():
        if rule.model in {ALL_MODELS, name}:
            _try(rule, model)


def _try(rule: DataRule, model: Any) -> None:
    scoped: Scoped = model.scoped
    for path in scoped.paths(rule.column):
        column = column_at(model, path)
        try:
            values_in(rule.value, column=column, expression=rule.expression, view=SOMEBODY)
        except UnfitError as error:
            raise InvalidInputError(field="value", message=str(error)) from error


def _refuse_taken(name: str, *, but: DataRule | None) -> None:
    others = DataRule.objects.exclude(pk=but.pk) if but else DataRule.objects.all()
    if others.filter(name=name).exists():
        raise RuleNameTakenError


def _ensure_changeable(actor: Actor | None, rules: list[DataRule]) -> None:
    """Whoever changed a rule that they see by could let themselves see everything."""
    if Role._base_manager.filter(scopes__rules__in=rules).exists():  # one in the bin may return
        ensure_all_rows_held(actor=actor)
