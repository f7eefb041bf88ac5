from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework import serializers

from apps.core.api import exports
from apps.core.api.exports import _cell, csv_response
from apps.core.api.fields import IdField
from apps.core.api.rows import RowSerializer


class GroupLine(RowSerializer):
    id = IdField()
    name = serializers.CharField()


@pytest.mark.django_db
def test_all_rows_leave_in_batches(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(exports, "BATCH", 4)
    made = [Group.objects.create(name=f"ü{number}") for number in range(10)]
    response = csv_response(GroupLine, Group.objects.all(), name="groups")
    with django_assert_num_queries(4):
        text = b"".join(response).decode()
    lines = [f"{group.pk},{group.name}" for group in reversed(made)]
    assert text == "\ufeff" + "\r\n".join(["id,name", *lines]) + "\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="groups.csv"'


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2", "'-2"),
        ("\tx", "'\tx"),
        ("plain", "plain"),
        (-2, -2),
        (None, ""),
        ({"a": [1]}, '{"a":[1]}'),
    ],
)
def test_no_cell_is_taken_for_a_formula(value: Any, cell: Any) -> None:
    assert _cell(value) == cell
