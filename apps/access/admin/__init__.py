"""The pages of access in the console."""

from apps.access.admin.menus import MenuAdmin
from apps.access.admin.roles import RoleAdmin
from apps.access.admin.rules import DataRuleAdmin
from apps.access.admin.scopes import DataScopeAdmin
from apps.access.admin.shares import ObjectGrantAdmin

__all__ = [
    "DataRuleAdmin",
    "DataScopeAdmin",
    "MenuAdmin",
    "ObjectGrantAdmin",
    "RoleAdmin",
]
