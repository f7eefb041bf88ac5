from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as live_settings
from django.core.management import call_command
from django.db import connection

from apps.core.keys import PlatformAutoField, has_snowflakes, next_id
from apps.core.wire import MAX_SAFE_INTEGER


@pytest.fixture(scope="module", autouse=True)
def _counters_as_before(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """MariaDB goes on counting from the greatest key it ever saw, rolled back or not."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "mysql":
            with connection.cursor() as cursor:
                for model in _ours():
                    cursor.execute(f"ALTER TABLE {model._meta.db_table} AUTO_INCREMENT = 1")


@pytest.fixture
def _snowflakes(settings: Any) -> None:
    settings.ATRIUM = replace(live_settings.ATRIUM, pk_mode="snowflake", node_id=5)
    next_id.forget_node()


def _ours() -> list[Any]:
    return [m for m in apps.get_models() if m.__module__.startswith(("apps.", "plugins."))]


def test_every_table_of_ours_has_the_platforms_key() -> None:
    assert _ours()
    strange = [
        model
        for model in _ours()
        if not isinstance(model._meta.pk, PlatformAutoField)
        and model._meta.pk.remote_field is None
        and not model._meta.proxy
    ]
    assert strange == []


@pytest.mark.django_db
def test_counted_keys_are_the_databases_own(monkeypatch: pytest.MonkeyPatch) -> None:
    if has_snowflakes():
        pytest.skip("this run makes its own keys")
    drawn: list[int] = []
    monkeypatch.setattr("apps.core.keys.next_id", lambda: drawn.append(1))
    assert apps.get_model("organization.Position").objects.create(name="a", code="a").pk > 0
    assert drawn == []


@pytest.mark.django_db
@pytest.mark.usefixtures("_snowflakes")
def test_snowflakes_are_drawn_for_one_row_and_for_many() -> None:
    position = apps.get_model("organization.Position")
    one = position(name="a", code="a")
    assert one.pk is None
    one.save()
    many = position.objects.bulk_create(position(name=n, code=n) for n in "bcd")
    keys = [one.pk, *(row.pk for row in many)]
    assert keys == sorted(set(keys))
    assert min(keys) > MAX_SAFE_INTEGER
    assert position.objects.filter(pk__in=keys).count() == 4


@pytest.mark.django_db
@pytest.mark.usefixtures("_snowflakes")
def test_saving_a_new_row_is_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        apps.get_model("scheduling.OutboxJob")(task_id="a", name="a", payload="{}").save()


@pytest.mark.django_db
@pytest.mark.usefixtures("_snowflakes")
def test_links_of_many_to_many_relations_get_keys_too(user: Any) -> None:
    position = apps.get_model("organization.Position").objects.create(name="a", code="a")
    user.positions.add(position)
    link = type(user).positions.through.objects.get()
    assert link.pk > MAX_SAFE_INTEGER


@pytest.mark.django_db
@pytest.mark.usefixtures("_snowflakes")
def test_a_key_that_is_given_is_kept() -> None:
    position = apps.get_model("organization.Position")
    position.objects.create(pk=7, name="a", code="a")
    assert position.objects.get().pk == 7


@pytest.mark.django_db
@pytest.mark.usefixtures("_snowflakes")
def test_both_kinds_of_keys_share_their_migrations() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
