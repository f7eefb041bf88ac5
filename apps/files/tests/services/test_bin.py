from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.core.errors import NotFoundError
from apps.files.errors import FolderGoneError, NameTakenError
from apps.files.models import Node
from apps.files.services.bin import bin_expire, node_restore, nodes_delete, nodes_purge
from apps.files.tests.factories import folder, picture, stored

pytestmark = pytest.mark.django_db


def test_a_folder_takes_what_is_in_it_along_and_brings_it_back(user: Any) -> None:
    outer = folder(user, "outer")
    inner = folder(user, "inner", outer)
    node = stored(user, folder=inner)
    assert nodes_delete(nodes=[outer]) == 3
    assert not Node.objects.live().exists()
    assert list(Node.objects.binned()) == [outer]
    outer.refresh_from_db()
    node_restore(node=outer)
    assert set(Node.objects.live()) == {outer, inner, node}


def test_what_was_deleted_before_stays_in_the_bin(user: Any) -> None:
    outer = folder(user, "outer")
    early, late = stored(user, "a.txt", folder=outer), stored(user, "b.txt", folder=outer)
    nodes_delete(nodes=[early])
    nodes_delete(nodes=[outer])
    outer.refresh_from_db()
    node_restore(node=outer)
    assert set(Node.objects.live()) == {outer, late}
    early.refresh_from_db()
    node_restore(node=early)
    assert early in Node.objects.live()


def test_what_lies_in_a_deleted_folder_waits_for_it(user: Any) -> None:
    outer = folder(user)
    early, inside = stored(user, "a.txt", folder=outer), stored(user, "b.txt", folder=outer)
    nodes_delete(nodes=[early])
    nodes_delete(nodes=[outer])
    for node, refusal in ((early, FolderGoneError), (inside, NotFoundError)):
        node.refresh_from_db()
        with pytest.raises(refusal):
            node_restore(node=node)


def test_a_name_taken_meanwhile_needs_another_one(user: Any) -> None:
    old = stored(user, "a.txt")
    nodes_delete(nodes=[old])
    stored(user, "a.txt")
    old.refresh_from_db()
    with pytest.raises(NameTakenError):
        node_restore(node=old)
    node_restore(node=old, name="old.txt")
    assert old.name == "old.txt"


def test_a_public_address_dies_for_good(user: Any) -> None:
    node = stored(user, "a.png", picture(), is_public=True)
    nodes_delete(nodes=[node])
    node.refresh_from_db()
    node_restore(node=node)
    assert node.public_token is None


def test_purging_removes_the_bytes(user: Any, files_folder: Path) -> None:
    outer = folder(user)
    stored(user, folder=outer)
    with pytest.raises(NotFoundError):
        nodes_purge(nodes=[outer])
    nodes_delete(nodes=[outer])
    outer.refresh_from_db()
    assert nodes_purge(nodes=[outer]) == 2
    assert not Node.objects.exists()
    assert [path for path in files_folder.rglob("*") if path.is_file()] == []


def test_the_bin_empties_itself_after_so_many_days(user: Any, atrium: Any) -> None:
    old, young = stored(user, "a.txt"), stored(user, "b.txt")
    nodes_delete(nodes=[old, young])
    Node.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    atrium(bin_days=0)
    assert bin_expire() == 0
    atrium(bin_days=30)
    assert bin_expire() == 1
    assert list(Node.objects.binned()) == [young]
