from typing import Any

import pytest

from apps.files.models import Node
from apps.files.services.bin import nodes_delete
from apps.files.tests.factories import folder, stored

pytestmark = pytest.mark.django_db


def test_folders_come_first_then_names(user: Any) -> None:
    names = ["b.txt", "a.txt"]
    for name in names:
        stored(user, name)
    folder(user, "z")
    assert [node.name for node in Node.objects.folders_first()] == ["z", "a.txt", "b.txt"]


def test_room_counts_what_is_in_the_bin(user: Any, make_user: Any) -> None:
    stored(make_user(), "x.txt", b"1" * 50)
    nodes_delete(nodes=[stored(user, "a.txt", b"12345")])
    stored(user, "b.txt", b"123")
    assert Node.objects.bytes_used(user.pk) == 8
    assert Node.objects.bytes_used(0) == 0
