"""Rows for tests."""

from itertools import count
from typing import Any

from apps.access.choices import Expression, MenuKind
from apps.access.models import DataRule, DataScope, Menu, Role

_numbers = count(1)


def make_menu(**fields: Any) -> Menu:
    """Return a saved entry, a page unless told otherwise."""
    number = next(_numbers)
    fields.setdefault("name", f"Menu{number}")
    fields.setdefault("title", f"menu {number}")
    fields.setdefault("kind", MenuKind.PAGE)
    return Menu.objects.create(**fields)


def make_button(code: str, **fields: Any) -> Menu:
    """Return a saved button with a code."""
    return make_menu(kind=MenuKind.BUTTON, perms=code, **fields)


def make_role(*menus: Menu, **fields: Any) -> Role:
    """Return a saved role that holds the entries."""
    fields.setdefault("name", f"role {next(_numbers)}")
    role = Role.objects.create(**fields)
    role.menus.set(menus)
    return role


def make_scope(*rules: DataRule, **fields: Any) -> DataScope:
    """Return a saved data scope with the rules given."""
    fields.setdefault("name", f"scope {next(_numbers)}")
    scope = DataScope.objects.create(**fields)
    scope.rules.set(rules)
    return scope


def make_rule(
    model: str = "User", column: str = "username", value: str = "ann", **fields: Any
) -> DataRule:
    """Return a saved data rule, an equality joined by AND unless told otherwise."""
    fields.setdefault("name", f"rule {next(_numbers)}")
    fields.setdefault("expression", Expression.EQUAL)
    return DataRule.objects.create(model=model, column=column, value=value, **fields)
