from __future__ import annotations

import re

from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from apps.core.api.schema import answers
from apps.core.api.viewsets import GuardedViewSet
from apps.core.guards import Access
from apps.core.limits import Limit
from apps.files.api import serializers
from apps.files.models import Node
from apps.files.services.downloads import download_response
from apps.files.services.pictures import avatar_set
from apps.files.services.sending import DAY, download_of

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""What our tokens look like; anything else is not even asked for."""


class PublicFileViewSet(GuardedViewSet):
    """Pictures that whoever has their address may see: those of users, and those made public."""

    guard = Access.PUBLIC
    authentication_classes: list[type] = []

    @answers(file="image/webp")
    def show(self, request: Request, token: str) -> HttpResponseBase:
        """Show a public picture; its address cannot be guessed, and dies with the picture."""
        is_token = TOKEN.fullmatch(token)
        node = Node.objects.live().filter(public_token=token).first() if is_token else None
        if node is None:
            raise Http404
        return download_response(request, download_of(node, is_inline=True, max_age=DAY))


class AvatarViewSet(GuardedViewSet):
    """The picture of the signed-in user."""

    guard = Access.SIGNED_IN
    limits = {"upload_avatar": (Limit(10, 60, by="user"),)}
    parser_classes = [MultiPartParser]

    @answers(row=serializers.UrlSerializer, body=serializers.PictureFormSerializer, errors=(400,))
    def upload_avatar(self, request: Request) -> Response:
        """Upload the own picture; it is cut square and made small, the one before is gone."""
        file = self.read_with(serializers.PictureFormSerializer, request)["file"]
        base = reverse("public-file", args=["-"], request=request).removesuffix("-")
        address = avatar_set(
            user=request.user, name=file.name, stream=file, size_bytes=file.size, base=base
        )
        return Response({"url": address})
