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
