"""Why somebody may or may not: through which role, menu, scope and rule, or what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from guardian.ctypes import get_content_type

from apps.access.models import DataRule, DataScope, Menu, ObjectGrant, Role
from apps.access.selectors.grants import split_codes
from apps.access.selectors.rules import concerns, role_condition, rule_condition
from apps.access.selectors.views import View, facts_of, view_read
from apps.access.selectors.visibility import narrowed
from apps.core.scopes import Scoped, scoped_of
from apps.core.visibility import Act


@dataclass(frozen=True)
class Way:
    """A role that grants a code, or would, and the menu entry that carries it."""

    role: Role
    menu: Menu
    missing: str = ""
    """Why it does not count; "" if it does."""


@dataclass
class CodeReason:
    """Whether somebody holds a code, and by which ways."""

    is_held: bool
    text: str
    ways: list[Way] = field(default_factory=list)


@dataclass(frozen=True)
class RuleReason:
    """What a rule says about a row."""

    scope: DataScope
    rule: DataRule
    is_fitting: bool
    """Whether it is about the model at all."""
    is_met: bool


@dataclass(frozen=True)
class RoleReason:
    """What the rules of a role say about a row."""

    role: Role
    is_shown: bool
    text: str
    rules: list[RuleReason] = field(default_factory=list)


@dataclass
class RowReason:
    """Whether somebody sees a row, and what each of their roles says about it."""

    is_seen: bool
    text: str
    roles: list[RoleReason] = field(default_factory=list)
    grant: ObjectGrant | None = None
    """What shares the row with them, run out or not."""


def why_code(*, user: Any, code: str) -> CodeReason:
    """Return whether a user holds a code, and why: every role that grants it, or would."""
    ways = [
        Way(role, menu, _missing_of(role, menu))
        for role in user.roles.order_by("pk")
        for menu in Menu.objects.present().filter(roles=role).order_by("pk")
        if code in split_codes([menu.perms])
    ]
    if not user.is_active:
        return CodeReason(is_held=False, text=_("The user is disabled."), ways=ways)
    if user.is_superuser:
        return CodeReason(is_held=True, text=_("Superusers hold every code."), ways=ways)
    if any(not way.missing for way in ways):
        return CodeReason(is_held=True, text=_("A role grants the code."), ways=ways)
    if ways:
        text = _("A role has the code, but something on the way is disabled.")
        return CodeReason(is_held=False, text=text, ways=ways)
    return CodeReason(is_held=False, text=_("No role of the user grants the code."))


def why_row(*, user: Any, row: Model, act: Act = Act.VIEW) -> RowReason:
    """Return whether a user finds a row for an act, and why."""
    scoped = scoped_of(type(row))
    view = view_read(user)
    if not isinstance(scoped, Scoped):
        return RowReason(is_seen=True, text=_("Data scopes do not narrow these rows."))
    if user.is_superuser:
        return RowReason(is_seen=True, text=_("Superusers see all rows."))
    roles = [
        _role_reason(role, view, row, scoped)
        for role in user.roles.prefetch_related("scopes__rules").order_by("pk")
    ]
    # What is really asked, so that the answer cannot differ from what happens.
    own = type(row)._default_manager.filter(pk=row.pk)
    is_seen = narrowed(own, view, act=act).exists()
    grant = _grant_of(user, row)
    text = _row_text(is_seen, scoped, roles, grant)
    return RowReason(is_seen=is_seen, text=text, roles=roles, grant=grant)


def _grant_of(user: Any, row: Model) -> ObjectGrant | None:
    kind = get_content_type(row)
    rows = ObjectGrant.objects.filter(user_id=user.pk, content_type=kind, row_id=row.pk)
    found: ObjectGrant | None = rows.select_related("permission").first()
    return found


def _missing_of(role: Role, menu: Menu) -> str:
    if not role.is_active:
        return _("The role is disabled.")
    return "" if menu.is_active else _("The menu entry is disabled.")


def _row_text(
    is_seen: bool,  # noqa: FBT001 - it is what is told
    scoped: Scoped,
    roles: list[RoleReason],
    grant: ObjectGrant | None,
) -> str:
    if any(reason.is_shown for reason in roles):
        return _("A role shows the row.")
    if grant is not None and is_seen:
        return _("The row is shared with the user.")
    if grant is not None and not grant.is_live:
        return _("The row was shared with the user, but that has run out.")
    if grant is not None:
        return _("The row is shared with the user, but not for this.")
    if is_seen and scoped.is_reference:
        return _("Every form needs these rows, and no rule is about them.")
    if not roles:
        return _("The user has no role that shows anything.")
    return _("No role of the user shows the row.")


def _role_reason(role: Role, view: View, row: Any, scoped: Scoped) -> RoleReason:
    if not role.is_active:
        return RoleReason(role, is_shown=False, text=_("The role is disabled."))
    if not role.is_scoped:
        return RoleReason(role, is_shown=True, text=_("The role shows all rows."))
    model = type(row)
    own = model._default_manager.filter(pk=row.pk)
    rules: list[RuleReason] = []
    for scope in role.scopes.all():
        for rule in scope.rules.all() if scope.is_active else ():
            facts = facts_of(rule)
            is_fitting = concerns(facts, scoped)
            is_met = is_fitting and own.filter(rule_condition(facts, view, model, scoped)).exists()
            rules.append(RuleReason(scope, rule, is_fitting, is_met))
    facts_all = [facts_of(reason.rule) for reason in rules]
    condition = role_condition(facts_all, view, model, scoped)
    if condition is None:
        is_open = scoped.is_reference
        return RoleReason(role, is_open, _("The role has no rule about these rows."), rules)
    is_shown = own.filter(condition).exists()
    text = _("Its rules let the row through.") if is_shown else _("Its rules keep the row out.")
    return RoleReason(role, is_shown, text, rules)
