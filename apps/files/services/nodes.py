"""Folders and files: made, renamed, moved, copied."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from apps.core.errors import NotFoundError
from apps.core.trees import below, is_inside, lock_parents
from apps.files.choices import Kind
from apps.files.constants import MAX_DEPTH, MAX_MOVED
from apps.files.errors import (
    FolderCycleError,
    NameTakenError,
    QuotaError,
    TooDeepError,
    TooManyError,
)
from apps.files.models import Node
from apps.files.selectors.contents import MEGABYTE, content_of
from apps.files.services.bytes import bytes_open, bytes_remove, bytes_write, checksum_of, key_make
from apps.files.validators import clean_name, extension_of


def file_store(
    *,
    owner: Any,
    name: str,
    stream: IO[bytes],
    size_bytes: int,
    folder: Node | None = None,
    is_public: bool = False,
) -> Node:
    """Store a file and return its row.

    Args:
        owner: Whose it is; their quota counts it.
        stream: The bytes; read to the end.
        size_bytes: How many there are, as counted by us.
        folder: Where to put it; None for the top.
        is_public: Whether whoever has its address may see it, a picture alone.

    Raises:
        InvalidInputError: The name.
        FileRefusedError, FileContentError, FileTooLargeError, FileEmptyError, PictureTooLargeError:
            What it is.
        NameTakenError: The folder has something of this name.
        QuotaError: The owner's room is full.
        StorageGoneError: The bytes could not be written.
    """
    name = clean_name(name)
    found = content_of(name, stream, size_bytes)
    key = key_make(found.extension)
    checksum = checksum_of(stream)
    bytes_write(key, stream)
    try:
        with transaction.atomic():
            _refuse_full(owner, size_bytes)
            refuse_taken(owner_id=owner.pk, folder=folder, names=[name])
            return Node.objects.create(
                parent=_held(folder),
                name=name,
                kind=found.kind,
                key=key,
                content_type=found.content_type,
                size_bytes=size_bytes,
                sha256=checksum,
                public_token=token_make() if is_public and found.kind is Kind.IMAGE else None,
                department_id=owner.department_id,
                created_by_id=owner.pk,
            )
    except BaseException:
        bytes_remove([key])
        raise


def token_make() -> str:
    """Return a token that cannot be guessed: 256 bits."""
    return secrets.token_urlsafe(32)


@transaction.atomic
def folder_make(*, owner: Any, name: str, folder: Node | None = None) -> Node:
    """Make a folder.

    Raises:
        InvalidInputError: The name.
        NameTakenError: The folder above has something of this name.
        TooDeepError: Too many folders inside each other.
    """
    name = clean_name(name)
    refuse_taken(owner_id=owner.pk, folder=folder, names=[name])
    parent = _held(folder)
    _refuse_deep(parent, 1)
    return Node.objects.create(
        parent=parent,
        name=name,
        kind=Kind.FOLDER,
        department_id=owner.department_id,
        created_by_id=owner.pk,
    )


@transaction.atomic
def node_rename(*, node: Node, name: str) -> None:
    """Give a node another name; a file keeps its ending, which says what it is.

    Raises:
        InvalidInputError: The name.
        NameTakenError: The folder has something of this name.
    """
    name = clean_name(name)
    if not node.is_folder and extension_of(name) != extension_of(node.name):
        name = clean_name(f"{name}.{extension_of(node.name)}")
    if name != node.name:
        refuse_taken(owner_id=node.created_by_id, folder=node.parent, names=[name])
        node.name = name
        node.save(update_fields=["name", "updated_at", "updated_by_id"])


@transaction.atomic
def nodes_move(*, nodes: Sequence[Node], folder: Node | None) -> None:
    """Put nodes into another folder.

    Raises:
        FolderCycleError: One of them is that folder, or holds it.
        NameTakenError: The folder has something of the same name.
        TooDeepError: Too many folders inside each other.
    """
    parents = lock_parents(Node.objects.folders())
    target = _held(folder)
    for node in nodes:
        if target is not None and is_inside(parents, target.pk, node.pk):
            raise FolderCycleError
        if node.parent_id == (target.pk if target else None):
            continue
        refuse_taken(owner_id=node.created_by_id, folder=target, names=[node.name])
        if node.is_folder:
            _refuse_deep(target, _height(parents, node.pk))
        node.parent = target
        node.save(update_fields=["parent", "updated_at", "updated_by_id"])


def nodes_copy(*, owner: Any, nodes: Sequence[Node], folder: Node | None) -> list[Node]:
    """Copy nodes, with all that is in them, into a folder; the copies are the owner's.

    A name that is taken there gets a number.

    Raises:
        FolderCycleError: One of them is that folder, or holds it.
        TooManyError: They hold more nodes than one call may take.
        QuotaError: The owner's room is full.
        StorageGoneError: The bytes could not be copied; nothing of the copy is left.
    """
    written: list[str] = []
    try:
        with transaction.atomic():
            return _copied(owner, nodes, folder, written)
    except BaseException:
        bytes_remove(written)
        raise


def _copied(
    owner: Any, nodes: Sequence[Node], folder: Node | None, written: list[str]
) -> list[Node]:
    parents = lock_parents(Node.objects.folders())
    target = _held(folder)
    if target is not None and any(is_inside(parents, target.pk, node.pk) for node in nodes):
        raise FolderCycleError
    inside = nodes_inside(nodes)
    _refuse_full(owner, sum(node.size_bytes for node in inside))
    taken = set(
        Node.objects.live()
        .managed()
        .filter(created_by_id=owner.pk, parent=target)
        .values_list("name", flat=True)
    )
    made: dict[int, Node] = {}
    tops = {node.pk for node in nodes}
    for node in inside:
        is_top = node.pk in tops
        if is_top and node.is_folder:
            _refuse_deep(target, _height(parents, node.pk))
        name = free_name(node.name, taken) if is_top else node.name
        taken |= {name} if is_top else set()
        parent = target if is_top else made[node.parent_id or 0]
        made[node.pk] = _copy(owner, node, parent, name, written)
    return [made[node.pk] for node in nodes]


def _copy(owner: Any, node: Node, parent: Node | None, name: str, written: list[str]) -> Node:
    key = None
    if node.key:
        key = key_make(extension_of(node.key))
        with bytes_open(node.key) as source:
            bytes_write(key, source)
        written.append(key)
    return Node.objects.create(
        parent=parent,
        name=name,
        kind=node.kind,
        key=key,
        content_type=node.content_type,
        size_bytes=node.size_bytes,
        sha256=node.sha256,
        department_id=owner.department_id,
        created_by_id=owner.pk,
    )


def nodes_inside(nodes: Iterable[Node], *, binned: bool = False) -> list[Node]:
    """Return nodes and all that is in them, each folder before what it holds.

    Args:
        binned: Whether what is in the bin counts, instead of what is not.

    Raises:
        TooManyError: They are more than one call may take.
    """
    found = list(nodes)
    pending = [node.pk for node in found if node.is_folder]
    seen = {node.pk for node in found}
    while pending:
        rows = Node.objects.filter(parent__in=pending, deleted_at__isnull=not binned)
        fresh = [node for node in rows.order_by("pk")[: MAX_MOVED + 1] if node.pk not in seen]
        found += fresh
        seen |= {node.pk for node in fresh}
        if len(found) > MAX_MOVED:
            raise TooManyError(number=MAX_MOVED)
        pending = [node.pk for node in fresh if node.is_folder]
    return found


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken: `plan (2).pdf`."""
    ending = f".{extension_of(name)}" if extension_of(name) else ""
    stem, number, made = name[: len(name) - len(ending)] if ending else name, 2, name
    while made in taken:
        made = f"{stem} ({number}){ending}"
        number += 1
    return made


def refuse_taken(*, owner_id: int | None, folder: Node | None, names: Sequence[str]) -> None:
    """Let names pass that a folder has not.

    Raises:
        NameTakenError: It has one of them.
    """
    rows = Node.objects.live().managed().filter(created_by_id=owner_id, parent=folder)
    taken = rows.filter(name__in=names).values_list("name", flat=True).first()
    if taken is not None:
        raise NameTakenError(name=taken)


def _refuse_full(owner: Any, more_bytes: int) -> None:
    """Let bytes in for which there is room; uploads of one owner wait for each other here."""
    quota = settings.ATRIUM.file_quota_bytes
    if not quota:
        return
    get_user_model()._default_manager.select_for_update().filter(pk=owner.pk).first()
    left = quota - Node.objects.bytes_used(owner.pk)
    if more_bytes > left:
        raise QuotaError(left=f"{max(left, 0) / MEGABYTE:.1f}")


def _held(folder: Node | None) -> Node | None:
    """Return the folder, locked until the transaction ends; nobody deletes it meanwhile."""
    if folder is None:
        return None
    held = Node.objects.live().managed().folders().select_for_update().filter(pk=folder.pk).first()
    if held is None:
        raise NotFoundError
    return held


def _refuse_deep(folder: Node | None, more: int) -> None:
    depth, above = more, folder
    while above is not None:
        depth += 1
        above = above.parent
        if depth > MAX_DEPTH:
            raise TooDeepError(depth=MAX_DEPTH)


def _height(parents: dict[Any, Any], root: Any) -> int:
    """Return how many folders lie inside each other from `root` on."""
    inside = below(parents, root)
    deepest = 0
    for node in inside:
        steps, current = 1, node
        while current != root:
            current, steps = parents[current], steps + 1
        deepest = max(deepest, steps)
    return deepest
