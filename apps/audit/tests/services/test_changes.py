from typing import Any

import orjson
import pytest
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, transaction

from apps.access.models import Menu, Role
from apps.access.tests.factories import make_button, make_role
from apps.audit.constants import MASK
from apps.audit.models import ChangeLog
from apps.audit.selectors.seals import faults_of
from apps.audit.services.changes import changes_joined
from apps.organization.models import Department, Position

pytestmark = pytest.mark.django_db


def _last() -> ChangeLog:
    return ChangeLog.objects.order_by("-pk")[0]


def _changes() -> Any:
    return orjson.loads(_last().changes)


def test_a_new_row_is_kept_with_its_columns() -> None:
    made = Position.objects.create(name="Clerk", code="c")
    row = _last()
    assert (row.model, row.object_id, row.name) == ("organization.position", made.pk, "Clerk")
    assert row.action == "made"
    assert _changes()["name"] == [None, "Clerk"]


def test_a_change_is_kept_with_before_and_after_and_nothing_else() -> None:
    made = Position.objects.create(name="Clerk", code="c")
    made.name = "Head"
    made.save()
    assert _last().action == "changed"
    assert _changes() == {"name": ["Clerk", "Head"]}


def test_a_save_that_changes_nothing_is_not_kept() -> None:
    made = Position.objects.create(name="Clerk", code="c")
    Position.objects.get(pk=made.pk).save()
    assert ChangeLog.objects.count() == 1


def test_a_deleted_row_is_kept_with_what_it_held() -> None:
    role = Role.objects.create(name="r")
    menu = Menu.objects.create(name="m", title="m", kind=2)
    role.menus.add(menu)
    pk = role.pk
    role.delete()
    row = ChangeLog.objects.filter(model="access.role", object_id=pk).order_by("-pk")[0]
    assert row.action == "deleted"
    assert orjson.loads(row.changes)["menus"] == [[menu.pk], None]


def test_links_are_kept() -> None:
    role = Role.objects.create(name="r")
    first, second = (Menu.objects.create(name=f"m{n}", title=f"m{n}", kind=2) for n in range(2))
    role.menus.set([first])
    assert _changes() == {"menus": [[], [first.pk]]}
    with changes_joined():
        role.menus.set([second])
    assert _changes() == {"menus": [[first.pk], [second.pk]]}
    role.menus.clear()
    assert _changes() == {"menus": [[second.pk], []]}


def test_no_hash_of_a_password_is_kept(make_user: Any) -> None:
    user = make_user(username="ann")
    user.password, user.must_change_password = make_password("Other-123"), True
    user.save()
    assert _changes() == {"password": [MASK, MASK], "must_change_password": [False, True]}
    assert not ChangeLog.objects.filter(changes__contains=user.password.split("$")[-1]).exists()


def test_what_happens_to_one_object_in_one_request_is_one_row() -> None:
    with changes_joined():
        made = Department.objects.create(name="a")
        for name in ("b", "c"):
            made.name = name
            made.save()
        Position.objects.create(name="p", code="p")
    assert ChangeLog.objects.filter(model="organization.department").count() == 1
    row = ChangeLog.objects.get(model="organization.department")
    assert (row.action, orjson.loads(row.changes)["name"]) == ("made", [None, "c"])
    assert list(faults_of(ChangeLog)) == []


def test_what_is_undone_leaves_no_history() -> None:
    made = Position.objects.create(name="Clerk", code="c")

    def fail() -> None:
        with transaction.atomic():
            made.name = "Head"
            made.save()
            raise DatabaseError

    with changes_joined():
        with pytest.raises(DatabaseError):
            fail()
        assert ChangeLog.objects.count() == 1
        made.sort = 3
        made.save()
    assert _changes() == {"name": ["Clerk", "Head"], "sort": [0, 3]}


def test_a_request_signs_what_it_changed(admin_client: Any) -> None:
    body = {"name": "sales", "status": 1}
    response = admin_client.post("/api/v1/sys/depts", body)
    row = ChangeLog.objects.get(model="organization.department")
    assert (row.username, row.user_id) == (admin_client.user.username, admin_client.user.pk)
    assert row.trace_id == response["X-Request-ID"]


def test_the_way_to_the_bin_out_of_it_and_into_nothing_is_kept() -> None:
    role = make_role(make_button("a:b:c"), name="crew")
    ChangeLog.objects.all().delete()
    role.move_to_bin()
    role.take_out_of_bin(name="old crew")
    role.move_to_bin()
    role.delete()
    rows = ChangeLog.objects.order_by("pk")
    assert [row.action for row in rows] == ["deleted", "restored", "deleted", "purged"]
    assert [row.name for row in rows] == ["crew", "old crew", "old crew", "old crew"]
    told = [orjson.loads(row.changes) for row in rows]
    assert (told[0].keys(), told[0]["deleted_at"][0]) == ({"deleted_at"}, None)
    assert told[1]["name"] == ["crew", "old crew"]
    assert told[1]["deleted_at"][1] is None
    assert told[3]["name"] == ["old crew", None]
    assert len(told[3]["menus"][0]) == 1


def test_a_row_that_is_changed_and_deleted_at_once_was_deleted() -> None:
    role = make_role(name="crew")
    ChangeLog.objects.all().delete()
    with changes_joined():
        role.name = "other"
        role.save()
        role.move_to_bin()
    row = ChangeLog.objects.get()
    assert row.action == "deleted"
    assert set(orjson.loads(row.changes)) == {"name", "deleted_at"}
