from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from rest_framework import serializers

from apps.core.api.fields import IdField
from apps.core.api.rows import Computed, RowSerializer
from apps.core.errors import NotFoundError
from apps.core.tests.sample import GroupDetailRow, GroupRow, KindRow, PermissionRow
from apps.core.wire import wire_id

pytestmark = pytest.mark.django_db


class HolderRow(RowSerializer):
    """A permission with the groups that hold it: the relation from its other end."""

    id = IdField()
    group_set = GroupRow(source="group", many=True)


class DeepRow(RowSerializer):
    name = serializers.CharField()
    permissions = HolderRow(many=True)


def _group(name: str, *permissions: Permission) -> Group:
    group = Group.objects.create(name=name)
    group.permissions.set(permissions)
    return group


def _permissions(count: int) -> list[Permission]:
    return list(Permission.objects.order_by("pk")[:count])


def test_a_row_has_its_keys_in_the_order_of_the_declaration() -> None:
    group = _group("one")
    (row,) = GroupRow.read(Group.objects.all())
    assert list(row) == ["id", "caption", "name", "nothing"]
    assert row == {"id": group.pk, "caption": f"one#{group.pk}", "name": "one", "nothing": []}


def test_empty_lists_are_not_shared_between_rows() -> None:
    _group("one"), _group("two")
    first, second = GroupRow.read(Group.objects.all())
    assert first["nothing"] is not second["nothing"]


def test_a_foreign_key_is_followed_in_the_same_query(django_assert_num_queries: Any) -> None:
    (permission,) = _permissions(1)
    with django_assert_num_queries(1):
        (row,) = PermissionRow.read(Permission.objects.filter(pk=permission.pk))
    kind = permission.content_type
    assert row["kind"] == {"id": kind.pk, "model": kind.model}


@pytest.mark.parametrize("count", [1, 60])
def test_a_to_many_part_costs_one_query_for_all_rows(
    count: int, django_assert_num_queries: Any
) -> None:
    one, two = _permissions(2)
    for number in range(count):
        _group(f"group {number}", one, two)
    _group("none")
    with django_assert_num_queries(2):
        rows = GroupDetailRow.read(Group.objects.order_by("pk"))
    assert [[p["id"] for p in row["permissions"]] for row in rows][-2:] == [[one.pk, two.pk], []]


def test_a_to_many_part_may_hold_another(django_assert_num_queries: Any) -> None:
    (permission,) = _permissions(1)
    one, two = _group("one", permission), _group("two", permission)
    with django_assert_num_queries(3):
        rows = DeepRow.read(Group.objects.order_by("pk"))
    assert [row["name"] for row in rows] == ["one", "two"]
    holders = rows[0]["permissions"][0]["group_set"]
    assert [holder["id"] for holder in holders] == [one.pk, two.pk]


def test_a_slice_in_its_order_is_read_as_it_stands() -> None:
    for name in "abc":
        _group(name)
    rows = GroupRow.read(Group.objects.order_by("-name")[1:3])
    assert [row["name"] for row in rows] == ["b", "a"]


def test_of_nothing_nothing_is_asked_for_parts(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert GroupDetailRow.read(Group.objects.all()) == []


def test_one_row_is_found_or_it_is_not_found() -> None:
    group = _group("one")
    assert GroupRow.read_one(Group.objects.all(), group.pk)["name"] == "one"
    with pytest.raises(NotFoundError):
        GroupRow.read_one(Group.objects.exclude(name="one"), group.pk)


def test_an_absent_parent_is_null_not_a_row_of_nulls() -> None:
    user_model = apps.get_model("accounts.User")

    class DepartmentRow(RowSerializer):
        id = IdField()
        caption = Computed("name", make=str.upper, shape=serializers.CharField())

    class PersonRow(RowSerializer):
        department = DepartmentRow()
        uuid = serializers.UUIDField()

    person = user_model.objects.create(username="ann")
    assert PersonRow.read(user_model.objects.all())[0] == {
        "department": None,
        "uuid": str(person.uuid),
    }
    person.department = apps.get_model("organization.Department").objects.create(name="lab")
    person.save()
    row = PersonRow.read(user_model.objects.all())[0]
    assert row["department"] == {"id": wire_id(person.department.pk), "caption": "LAB"}


def test_a_list_inside_a_nested_row_is_refused_not_forgotten() -> None:
    class OuterRow(RowSerializer):
        group = GroupDetailRow()

    with pytest.raises(ImproperlyConfigured):
        OuterRow.read(Group.permissions.through.objects.all())


def test_a_large_key_leaves_as_text() -> None:
    class PlainRow(RowSerializer):
        id = IdField()

    position = apps.get_model("organization.Position")
    position.objects.create(pk=2**60, name="large", code="large")
    assert PlainRow.read(position.objects.all()) == [{"id": str(2**60)}]


def test_rows_of_one_part_can_be_shown_alone() -> None:
    (permission,) = _permissions(1)
    kinds = type(permission.content_type).objects.filter(pk=permission.content_type.pk)
    assert KindRow.read(kinds) == [
        {"id": permission.content_type.pk, "model": permission.content_type.model}
    ]
