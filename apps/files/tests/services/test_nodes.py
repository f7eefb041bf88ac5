import io
from pathlib import Path
from typing import Any

import pytest

from apps.core.errors import InvalidInputError, NotFoundError
from apps.files.constants import MAX_DEPTH
from apps.files.errors import (
    FileContentError,
    FolderCycleError,
    NameTakenError,
    QuotaError,
    StorageGoneError,
    TooDeepError,
    TooManyError,
)
from apps.files.models import Node
from apps.files.services import nodes as services
from apps.files.services.bin import nodes_delete
from apps.files.services.bytes import bytes_write
from apps.files.services.nodes import (
    folder_make,
    free_name,
    node_rename,
    nodes_copy,
    nodes_inside,
    nodes_move,
)
from apps.files.tests.factories import folder, picture, stored

pytestmark = pytest.mark.django_db


def _kept(files_folder: Path) -> int:
    return sum(1 for path in files_folder.rglob("*") if path.is_file())


def test_a_file_is_its_owners_and_private(user: Any) -> None:
    node = stored(user, "a.png", picture())
    assert (node.created_by_id, node.public_token, node.size_bytes) == (
        user.pk,
        None,
        len(picture()),
    )
    assert "/a.png" not in (node.key or "")


def test_only_a_picture_becomes_public(user: Any) -> None:
    public = stored(user, "a.png", picture(), is_public=True)
    assert len(public.public_token or "") == 43
    assert stored(user, "a.txt", b"x", is_public=True).public_token is None


def test_a_refused_file_leaves_no_bytes(user: Any, files_folder: Path) -> None:
    stored(user, "a.txt")
    with pytest.raises(NameTakenError):
        stored(user, "a.txt")
    with pytest.raises(FileContentError):
        stored(user, "b.png", b"x")
    assert _kept(files_folder) == 1
    assert Node.objects.count() == 1


def test_two_owners_may_use_one_name(make_user: Any) -> None:
    stored(make_user(), "a.txt")
    stored(make_user(), "a.txt")
    assert Node.objects.count() == 2


def test_the_room_of_an_owner_has_an_end(user: Any, atrium: Any, files_folder: Path) -> None:
    atrium(file_quota_bytes=8)
    stored(user, "a.txt", b"12345")
    with pytest.raises(QuotaError):
        stored(user, "b.txt", b"1234")
    stored(user, "c.txt", b"123")
    assert _kept(files_folder) == 2
    atrium(file_quota_bytes=0)
    stored(user, "d.txt", b"1" * 100)


def test_the_bin_counts_as_room(user: Any, atrium: Any) -> None:
    atrium(file_quota_bytes=8)
    nodes_delete(nodes=[stored(user, "a.txt", b"12345")])
    with pytest.raises(QuotaError):
        stored(user, "b.txt", b"1234")


def test_a_folder_that_was_deleted_takes_nothing(user: Any) -> None:
    gone = folder(user)
    nodes_delete(nodes=[gone])
    with pytest.raises(NotFoundError):
        stored(user, "a.txt", folder=gone)
    with pytest.raises(NotFoundError):
        folder_make(owner=user, name="x", folder=gone)


def test_folders_lie_in_each_other_up_to_a_depth(user: Any) -> None:
    inner = None
    for number in range(MAX_DEPTH):
        inner = folder(user, f"f{number}", inner)
    with pytest.raises(TooDeepError):
        folder(user, "more", inner)
    with pytest.raises(TooDeepError):
        nodes_move(nodes=[folder(user, "other")], folder=inner)


def test_a_file_keeps_its_ending(user: Any) -> None:
    node = stored(user, "a.txt")
    node_rename(node=node, name="b.exe")
    assert node.name == "b.exe.txt"
    node_rename(node=node, name="c.TXT")
    assert node.name == "c.TXT"
    with pytest.raises(InvalidInputError):
        node_rename(node=node, name="../c.txt")


def test_a_taken_name_stays_where_it_is(user: Any) -> None:
    first, other = stored(user, "a.txt"), stored(user, "b.txt")
    with pytest.raises(NameTakenError):
        node_rename(node=other, name=first.name)
    inside = folder(user)
    stored(user, "a.txt", folder=inside)
    with pytest.raises(NameTakenError):
        nodes_move(nodes=[first], folder=inside)


def test_a_folder_is_not_put_into_itself(user: Any) -> None:
    outer = folder(user, "outer")
    inner = folder(user, "inner", outer)
    for target in (outer, inner):
        with pytest.raises(FolderCycleError):
            nodes_move(nodes=[outer], folder=target)
        with pytest.raises(FolderCycleError):
            nodes_copy(owner=user, nodes=[outer], folder=target)


def test_moving_takes_what_is_inside_along(user: Any) -> None:
    outer, other = folder(user, "outer"), folder(user, "other")
    node = stored(user, folder=outer)
    nodes_move(nodes=[outer], folder=other)
    nodes_move(nodes=[outer], folder=other)  # again is harmless
    node.refresh_from_db()
    assert (node.parent, outer.parent) == (outer, other)
    nodes_move(nodes=[outer], folder=None)
    assert outer.parent is None


def test_a_copy_has_bytes_of_its_own(user: Any, make_user: Any, files_folder: Path) -> None:
    outer = folder(user, "outer")
    node = stored(user, "a.txt", folder=outer)
    stored(user, "b.txt", folder=folder(user, "inner", outer))
    friend = make_user()
    (copy,) = nodes_copy(owner=friend, nodes=[outer], folder=None)
    inside = {found.name: found for found in nodes_inside([copy])}
    assert set(inside) == {"outer", "a.txt", "inner", "b.txt"}
    assert inside["a.txt"].key != node.key
    assert {found.created_by_id for found in inside.values()} == {friend.pk}
    assert _kept(files_folder) == 4


def test_a_copy_beside_the_original_gets_a_number(user: Any) -> None:
    node = stored(user, "a.txt")
    names = [nodes_copy(owner=user, nodes=[node], folder=None)[0].name for _ in range(2)]
    assert names == ["a (2).txt", "a (3).txt"]
    assert free_name("docs", {"docs"}) == "docs (2)"


def test_a_copy_that_fails_leaves_nothing(
    user: Any, files_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outer = folder(user)
    for name in ("a.txt", "b.txt"):
        stored(user, name, folder=outer)
    real, calls = bytes_write, []

    def write(key: str, stream: io.BytesIO) -> None:
        calls.append(key)
        if len(calls) == 2:
            raise StorageGoneError
        real(key, stream)

    monkeypatch.setattr(services, "bytes_write", write)
    with pytest.raises(StorageGoneError):
        nodes_copy(owner=user, nodes=[outer], folder=None)
    assert _kept(files_folder) == 2
    assert Node.objects.count() == 3


def test_a_copy_needs_room(user: Any, atrium: Any) -> None:
    node = stored(user, "a.txt", b"12345")
    atrium(file_quota_bytes=9)
    with pytest.raises(QuotaError):
        nodes_copy(owner=user, nodes=[node], folder=None)


def test_one_call_takes_so_many(user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = folder(user)
    for name in ("a.txt", "b.txt"):
        stored(user, name, folder=outer)
    monkeypatch.setattr(services, "MAX_MOVED", 2)
    with pytest.raises(TooManyError):
        nodes_inside([outer])
