"""Migrations of our own apps and plugins."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

pytestmark = pytest.mark.django_db


def _ours() -> list[Any]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [
        migration
        for migration in loader.disk_migrations.values()
        if type(migration).__module__.startswith(("apps.", "plugins."))
    ]


def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


def test_every_migration_has_a_name_that_says_what_it_does() -> None:
    names = [migration.name for migration in _ours()]
    assert names
    assert [name for name in names if not re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name)] == []
    assert [name for name in names if "_auto_" in name or "_and_more" in name] == []


def test_every_migration_can_be_undone() -> None:
    stuck = [
        f"{migration.app_label}.{migration.name}"
        for migration in _ours()
        for operation in migration.operations
        if not operation.reversible
    ]
    assert stuck == []


def test_no_app_has_two_newest_migrations() -> None:
    assert MigrationLoader(None, ignore_no_migrations=True).detect_conflicts() == {}
