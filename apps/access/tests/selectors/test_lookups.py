from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from apps.access.selectors import lookups

User = apps.get_model("accounts.User")
Department = apps.get_model("organization.Department")
pytestmark = pytest.mark.django_db


def test_rows_are_found_by_any_of_the_values(make_user: Any) -> None:
    places = [Department.objects.create(name=f"place {number}") for number in range(3)]
    for place in places:
        make_user(username=place.name, department=place)
    make_user(username="nowhere")
    wanted = [places[0].pk, places[2].pk]
    found = User.objects.filter(department_id__among=wanted)
    assert set(found.values_list("username", flat=True)) == {"place 0", "place 2"}
    assert not User.objects.filter(department_id__among=[]).exists()


def test_postgresql_gets_one_parameter() -> None:
    column = User._meta.get_field("department").get_col(User._meta.db_table)
    looked = lookups.Among(column, [1, 2, 3])
    compiler = User.objects.all().query.get_compiler(connection=connection)
    sql, parameters = looked.as_postgresql(compiler, connection)
    quoted = connection.ops.quote_name("department_id")  # each database has quotes of its own
    assert sql.endswith(f"{quoted} = ANY(%s)")
    assert parameters == [[1, 2, 3]]


def test_rows_are_found_by_a_sub_query(make_user: Any) -> None:
    place = Department.objects.create(name="place")
    ann = make_user(username="ann", department=place)
    make_user(username="nowhere")
    keys = User.objects.filter(department=place).order_by().values("pk")
    assert list(User.objects.filter(pk__among_rows=keys)) == [ann]
    assert not User.objects.filter(pk__among_rows=keys.none()).exists()


def test_postgresql_reads_the_sub_query_once() -> None:
    column = User._meta.pk.get_col(User._meta.db_table)
    keys = User.objects.filter(username="ann").order_by().values("pk")
    looked = lookups.AmongRows(column, keys.query)
    compiler = User.objects.all().query.get_compiler(connection=connection)
    sql, parameters = looked.as_postgresql(compiler, connection)
    assert "= ANY(ARRAY(SELECT " in sql
    assert sql.endswith("))")
    assert tuple(parameters) == ("ann",)
