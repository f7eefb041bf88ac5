"""Data scopes to begin with, and the roles of a demo."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.access.choices import Expression, Operator
from apps.access.models import DataRule, DataScope, Menu, Role
from apps.access.selectors import split_codes
from apps.access.services.roles import role_create, role_set_menus, role_set_scopes


class Rule(NamedTuple):
    """A data rule in the words of the wire. Source: contract, 14.3."""

    key: str
    name: Promise
    model: str
    column: str
    value: str
    operator: Operator = Operator.AND
    expression: Expression = Expression.EQUAL


class DemoRole(NamedTuple):
    """A role of the demo.

    Attributes:
        remark: By this the demo accounts find it, whatever it is called.
        pages: Names of the pages that it opens.
        scope: The data scope that it holds.
        codes: What it may do on the pages.
        is_scoped: Whether it sees only what its data scope lets it see.
    """

    remark: str
    name: Promise
    pages: tuple[str, ...]
    scope: Promise
    codes: tuple[str, ...] = ()
    is_scoped: bool = True


RULES = (
    Rule("own", _("The row is the user's own"), "__ALL__", "__created_by__", "${user_id}"),
    Rule(
        "department",
        _("The row belongs to the user's department"),
        "__ALL__",
        "__dept_id__",
        "${dept_id}",
    ),
    Rule(
        "departments",
        _("The row belongs to the user's department or one below"),
        "__ALL__",
        "__dept_id__",
        "${dept_and_below}",
        expression=Expression.IN,
    ),
    Rule(
        "chosen",
        _("The row belongs to one of these departments (put their ids in place of 0)"),
        "__ALL__",
        "__dept_id__",
        "0",
        expression=Expression.IN,
    ),
    Rule(
        "all",
        _("Every row"),
        "__ALL__",
        "__created_by__",
        "0",
        expression=Expression.NOT_EQUAL,
    ),
    Rule(
        "own_department",
        _("The department is the user's own"),
        "Dept",
        "__dept_id__",
        "${dept_id}",
    ),
    Rule(
        "right_below",
        _("The department is right below the user's own"),
        "Dept",
        "parent_id",
        "${dept_id}",
        Operator.OR,
    ),
    Rule(
        "no_superusers",
        _("The user is no superuser"),
        "User",
        "is_superuser",
        "1",
        expression=Expression.NOT_EQUAL,
    ),
)
OWN_DEPARTMENTS = _("Own department and those below")
OWN_ROWS = _("Own rows only")
SCOPES = (
    (OWN_ROWS, ("own",)),
    (_("Own department"), ("department",)),
    (OWN_DEPARTMENTS, ("departments",)),
    (_("Chosen departments"), ("chosen",)),
    (_("All rows"), ("all",)),
    (_("Own department, of departments only"), ("own_department",)),
    (
        _("Own department and those right below, of departments only"),
        ("own_department", "right_below"),
    ),
    (_("All but superusers, of users only"), ("no_superusers",)),
)
"""The five presets, which hold for all models, then what the wire's seeds have besides."""
HOME_PAGES = ("Dashboard", "Analytics", "Workspace", "Profile")
DEMO_ROLES = (
    DemoRole(
        remark="demo:operator",
        name=_("Operator"),
        pages=(
            *HOME_PAGES,
            "SysDept",
            "SysPosition",
            "SysUser",
            "SysRole",
            "SysMenu",
            "PluginDict",
        ),
        scope=OWN_DEPARTMENTS,
        codes=(
            "sys:dept:add",
            "sys:dept:edit",
            "sys:dept:del",
            "sys:position:add",
            "sys:position:edit",
            "sys:position:del",
        ),
        is_scoped=False,
    ),
    DemoRole(remark="demo:user", name=_("Employee"), pages=HOME_PAGES, scope=OWN_ROWS),
)


@transaction.atomic
def seed(*, demo: bool) -> None:
    """Make the data scopes where there are none, and for a demo the roles that are missing.

    The menus must be there: see `manage.py sync_menus`.
    """
    with translation.override(settings.LANGUAGE_CODE):
        if not DataScope.objects.exists():
            _make_scopes()
        if demo:
            _make_demo_roles()


def _make_scopes() -> None:
    rules = {rule.key: _make_rule(rule) for rule in RULES}
    for name, keys in SCOPES:
        scope = DataScope.objects.create(name=str(name))
        scope.rules.set([rules[key] for key in keys])


def _make_rule(rule: Rule) -> DataRule:
    made, _is_new = DataRule.objects.get_or_create(
        name=str(rule.name),
        defaults={
            "model": rule.model,
            "column": rule.column,
            "operator": rule.operator,
            "expression": rule.expression,
            "value": rule.value,
        },
    )
    return made


def _make_demo_roles() -> None:
    known = set(Role.objects.values_list("remark", flat=True))
    for demo in DEMO_ROLES:
        if demo.remark not in known:
            _make_demo_role(demo)


def _make_demo_role(demo: DemoRole) -> None:
    name = str(demo.name)
    if Role.objects.filter(name=name).exists():
        name = f"{name} (demo)"
    role = role_create(actor=None, name=name, remark=demo.remark, is_scoped=demo.is_scoped)
    entries = [
        menu
        for menu in Menu.objects.present()
        if menu.name in demo.pages or split_codes([menu.perms]) & set(demo.codes)
    ]
    role_set_menus(actor=None, role=role, menus=entries)
    scopes = DataScope.objects.filter(name=str(demo.scope))
    role_set_scopes(actor=None, role=role, scopes=scopes)
