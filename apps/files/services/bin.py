"""The bin of the files: deleted nodes lie there with all that is in them, until they are purged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.core.context import current_user_id
from apps.core.errors import NotFoundError
from apps.files.errors import FolderGoneError
from apps.files.models import Node
from apps.files.services.bytes import bytes_remove_after
from apps.files.services.nodes import nodes_inside, refuse_taken
from apps.files.validators import clean_name

PURGE_BATCH = 500


@transaction.atomic
def nodes_delete(*, nodes: Sequence[Node]) -> int:
    """Put nodes, with all that is in them, into the bin; return how many that were.

    Public addresses open nothing any more.

    Raises:
        TooManyError: They hold more nodes than one call may take.
    """
    now, actor = timezone.now(), current_user_id()
    total = 0
    for node in nodes:
        inside = [found.pk for found in nodes_inside([node])]
        total += (
            Node.objects.live()
            .filter(pk__in=inside)
            .update(deleted_at=now, deleted_by_id=actor, bin_root_id=node.pk, public_token=None)
        )
    return total


@transaction.atomic
def node_restore(*, node: Node, name: str = "") -> None:
    """Take a node out of the bin, with all that went in with it.

    Args:
        name: Another name, where the old one is taken.

    Raises:
        NotFoundError: It did not go into the bin by itself.
        FolderGoneError: The folder it was in is in the bin, or gone.
        NameTakenError: The folder has something of its name; give it another one.
        InvalidInputError: The name.
    """
    if node.deleted_at is None or node.bin_root_id != node.pk:
        raise NotFoundError
    if node.parent is not None and node.parent.deleted_at is not None:
        raise FolderGoneError
    wanted = clean_name(name) if name else node.name
    refuse_taken(owner_id=node.created_by_id, folder=node.parent, names=[wanted])
    rows = Node.objects.filter(bin_root_id=node.pk)
    if wanted != node.name:
        Node.objects.filter(pk=node.pk).update(name=wanted)
    rows.update(deleted_at=None, deleted_by_id=None, bin_root_id=None)
    node.refresh_from_db()


@transaction.atomic
def nodes_purge(*, nodes: Iterable[Node]) -> int:
    """Delete nodes of the bin for good, with their bytes; return how many rows went.

    Raises:
        NotFoundError: One of them is not in the bin.
    """
    tops = list(nodes)
    if any(node.deleted_at is None for node in tops):
        raise NotFoundError
    inside = nodes_inside(tops, binned=True)
    bytes_remove_after(node.key for node in inside if node.key)
    for node in reversed(inside):  # what a folder holds goes before it
        node.delete()
    return len(inside)


def bin_expire() -> int:
    """Purge what has been in the bin for too long; return how many rows went."""
    days = settings.ATRIUM.bin_days
    if not days:
        return 0
    old = Node.objects.filter(
        deleted_at__lt=timezone.now() - timedelta(days=days), bin_root_id=F("pk")
    )
    total = 0
    while found := list(old.order_by("pk")[:PURGE_BATCH]):
        total += nodes_purge(nodes=found)
    return total
