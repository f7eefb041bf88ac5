"""What the views of the files have in common."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.reverse import reverse

from apps.accounts.models import User
from apps.core.api.viewsets import ResourceViewSet
from apps.core.errors import NotFoundError
from apps.core.guards import Guard
from apps.core.picks import picked
from apps.core.visibility import Act, act_of, visible_to
from apps.files.constants import RESOURCE
from apps.files.models import Node


class NodesViewSet(ResourceViewSet[Node]):
    """Finds folders among what the user may see."""

    guard = Guard(
        RESOURCE,
        _("files"),
        verbs={
            "upload": "upload",
            "download": "list",
            "preview": "list",
            "thumbnail": "list",
            "archive": "list",
            "export": "list",
            "room": "list",
            "move": "edit",
            "copy": "add",
            "list_bin": "bin",
            "empty_bin": "purge",
            "restore": "restore",
            "purge": "purge",
            "open_upload": "upload",
            "show_upload": "upload",
            "put_part": "upload",
            "complete_upload": "upload",
            "abort_upload": "upload",
        },
    )

    @property
    def owner(self) -> User:
        """Return whoever asks, as the owner of what they make."""
        return cast(User, self.request.user)

    def folder(self, pk: int | None) -> Node | None:
        """Return the folder with a key, None for the top.

        Raises:
            NotFoundError: No such folder, or none that the user may see.
        """
        if pk is None:
            return None
        rows = Node.objects.live().managed().folders()
        found = self.among(rows).filter(pk=pk).first()
        if found is None:
            raise NotFoundError
        return found

    def among(self, rows: QuerySet[Node], *, act: Act | None = None) -> QuerySet[Node]:
        """Return those of the rows that the user may see, or change, or delete: as is asked."""
        return visible_to(rows, self.request.user, act=act or act_of(self.request.method))

    def named(self, rows: QuerySet[Node], pks: list[int], *, act: Act | None = None) -> list[Node]:
        """Return the rows with these keys, locked.

        Args:
            act: What they are looked for; what the method says, unless told.

        Raises:
            NotFoundError: One of them does not exist, or the user may not see it.
        """
        return picked(self.among(rows, act=act), pks)


def address_of(request: Request, node: Node) -> str:
    """Return the address of a file: open where it is public, else for whoever may see it."""
    if node.public_token:
        return reverse("public-file", args=[node.public_token], request=request)
    return reverse("file-preview", args=[node.pk], request=request)
