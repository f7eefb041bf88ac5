"""The file manager of the console."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache

from apps.accounts.models import User
from apps.core.console import Board, page_context
from apps.core.errors import DomainError, NotFoundError
from apps.core.picks import picked
from apps.core.visibility import Act, visible_to
from apps.files.constants import PART_BYTES, RESOURCE
from apps.files.models import Node
from apps.files.selectors.contents import allowed_extensions
from apps.files.services import nodes as services
from apps.files.services.bin import node_restore, nodes_delete, nodes_purge
from apps.files.services.downloads import download_response
from apps.files.services.sending import download_of, thumbnail_download

PER_PAGE = 60
MAX_TARGETS = 200
MAX_DIGITS = 19
"""Of a number of 64 bits."""
LIST = f"{RESOURCE}:list"
VERBS = ("upload", "add", "edit", "del", "bin", "restore", "purge")


@Board(
    name="files_manager",
    label=gettext_lazy("files"),
    code=LIST,
    app_label="files",
    path="files/",
    icon="folder",
)
@never_cache
def manager(request: HttpRequest) -> HttpResponse:
    """Show a folder, what a search finds, or the bin."""
    is_bin = "bin" in request.GET
    if is_bin and not request.user.has_perm(f"{RESOURCE}:bin"):
        raise PermissionDenied
    folder = folder_of(request, request.GET.get("folder", ""), Act.VIEW)
    search = request.GET.get("search", "").strip()
    found = _binned(request) if is_bin else _shown(request, folder, search)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    used = Node.objects.bytes_used(request.user.pk or 0)
    quota = settings.ATRIUM.file_quota_bytes
    context = page_context(
        request,
        title=_("Files"),
        folder=folder,
        way=_way(folder),
        search=search,
        is_bin=is_bin,
        page=page,
        may={verb: request.user.has_perm(f"{RESOURCE}:{verb}") for verb in VERBS},
        used=used,
        quota=quota,
        share=min(round(used / quota * 100), 100) if quota else 0,
        accept=",".join(f".{ending}" for ending in allowed_extensions()),
        folders=_targets(request, folder),
        days=settings.ATRIUM.bin_days,
        part_bytes=PART_BYTES,
    )
    return TemplateResponse(request, "files/manager.html", context)


@Board(name="files_content", code=LIST, app_label="files", path="files/<int:pk>/content/")
def content(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a file; a picture is shown."""
    return _sent(request, pk, lambda node: download_of(node, is_inline="save" not in request.GET))


@Board(name="files_small", code=LIST, app_label="files", path="files/<int:pk>/small/")
def small(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send the small picture of a picture."""
    return _sent(request, pk, thumbnail_download)


@Board(name="files_send", code=f"{RESOURCE}:upload", app_label="files", path="files/send/")
def send(request: HttpRequest) -> HttpResponse:
    """Take one file; answers in JSON, for the script that shows how far it is."""
    file = request.FILES.get("file")
    if request.method != "POST" or file is None:
        return JsonResponse({"message": _("Choose a file.")}, status=422)
    try:
        node = services.file_store(
            owner=owner_of(request),
            name=file.name or "",
            stream=cast(Any, file),
            size_bytes=file.size or 0,
            folder=folder_of(request, request.POST.get("folder", "")),
        )
    except DomainError as refusal:
        return JsonResponse({"message": str(refusal)}, status=refusal.status)
    except Http404:
        return JsonResponse({"message": str(NotFoundError())}, status=404)
    return JsonResponse({"id": node.pk, "name": node.name})


@Board(name="files_do", code=LIST, app_label="files", path="files/do/")
def do(request: HttpRequest) -> HttpResponse:
    """Change something, then show the folder again; what is refused is said there."""
    act = ACTS.get(request.POST.get("act", ""))
    if request.method != "POST" or act is None:
        raise Http404
    verb, change = act
    if not request.user.has_perm(f"{RESOURCE}:{verb}"):
        raise PermissionDenied
    try:
        with transaction.atomic():
            messages.success(request, change(request))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(_back(request))


def _make(request: HttpRequest) -> str:
    name = request.POST.get("name", "")
    folder = folder_of(request, request.POST.get("folder", ""))
    services.folder_make(owner=owner_of(request), name=name, folder=folder)
    return _("The folder was made.")


def _rename(request: HttpRequest) -> str:
    (node,) = _chosen(request, Node.objects.live().managed(), Act.CHANGE, only=1)
    services.node_rename(node=node, name=request.POST.get("name", ""))
    return _("The name was changed.")


def _move(request: HttpRequest) -> str:
    into = folder_of(request, request.POST.get("into", ""))
    found = _chosen(request, Node.objects.live().managed(), Act.CHANGE)
    services.nodes_move(nodes=found, folder=into)
    return _("Moved.")


def _copy(request: HttpRequest) -> str:
    into = folder_of(request, request.POST.get("into", ""))
    found = _chosen(request, Node.objects.live().managed(), Act.VIEW)
    services.nodes_copy(owner=owner_of(request), nodes=found, folder=into)
    return _("Copied.")


def _delete(request: HttpRequest) -> str:
    count = nodes_delete(nodes=_chosen(request, Node.objects.live().managed(), Act.DELETE))
    return ngettext(
        "%(n)s entry was put into the bin.", "%(n)s entries were put into the bin.", count
    ) % {"n": count}


def _restore(request: HttpRequest) -> str:
    for node in _chosen(request, Node.objects.binned(), Act.CHANGE):
        node_restore(node=node, name=request.POST.get("name", ""))
    return _("Restored.")


def _purge(request: HttpRequest) -> str:
    count = nodes_purge(nodes=_chosen(request, Node.objects.binned(), Act.DELETE))
    return ngettext(
        "%(n)s entry was deleted for good.", "%(n)s entries were deleted for good.", count
    ) % {"n": count}


ACTS: dict[str, tuple[str, Callable[[HttpRequest], str]]] = {
    "make": ("add", _make),
    "rename": ("edit", _rename),
    "move": ("edit", _move),
    "copy": ("add", _copy),
    "delete": ("del", _delete),
    "restore": ("restore", _restore),
    "purge": ("purge", _purge),
}
"""What can be done: the verb that it takes, and how."""


def _is_key(text: str) -> bool:
    """Tell whether a text can be the key of a row."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def owner_of(request: HttpRequest) -> User:
    """Return whoever asks, as the owner of what they make."""
    found: User = User.objects.get(pk=request.user.pk)
    return found


def _chosen(request: HttpRequest, rows: Any, act: Act, *, only: int = 0) -> list[Node]:
    """Return the rows that the form names, locked, all of them or none.

    Raises:
        NotFoundError: One of them does not exist, or the user may not see it; or none was named.
    """
    keys = {int(text) for text in request.POST.getlist("pk") if _is_key(text)}
    if not keys or (only and len(keys) != only):
        raise NotFoundError
    return picked(visible_to(rows, request.user, act=act), keys)


def folder_of(request: HttpRequest, text: str, act: Act = Act.CHANGE) -> Node | None:
    """Return the folder that a form names, None for the top.

    Raises:
        Http404: No such folder, or none that the user may see, or change: as is asked.
    """
    if not text:
        return None
    rows = visible_to(Node.objects.live().managed().folders(), request.user, act=act)
    found = rows.filter(pk=int(text)).first() if _is_key(text) else None
    if found is None:
        raise Http404
    return found


def _shown(request: HttpRequest, folder: Node | None, search: str) -> Any:
    rows = visible_to(Node.objects.live().managed().folders_first(), request.user)
    return rows.filter(name__icontains=search) if search else rows.filter(parent=folder)


def _binned(request: HttpRequest) -> Any:
    return visible_to(Node.objects.binned(), request.user).order_by("-deleted_at", "-pk")


def _targets(request: HttpRequest, folder: Node | None) -> list[Node]:
    """Return folders to move into: those around, as many as a list can show."""
    rows = visible_to(Node.objects.live().managed().folders(), request.user)
    others = rows.exclude(pk=folder.pk) if folder else rows
    return list(others.order_by("name", "pk")[:MAX_TARGETS])


def _way(folder: Node | None) -> list[Node]:
    way: list[Node] = []
    while folder is not None:
        way.insert(0, folder)
        folder = folder.parent
    return way


def _sent(request: HttpRequest, pk: int, make: Callable[[Node], Any]) -> HttpResponseBase:
    node = visible_to(Node.objects.live(), request.user).filter(pk=pk).first()
    if node is None:
        raise Http404
    try:
        return download_response(request, make(node))
    except DomainError as refusal:
        return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain")


def _back(request: HttpRequest) -> str:
    """Return the address of what was shown; made anew of its parts, never taken as it comes."""
    given = {name: request.POST.get(name, "") for name in ("folder", "search", "bin")}
    query = urlencode({name: value for name, value in given.items() if value})
    return f"{reverse('admin:files_manager')}?{query}" if query else reverse("admin:files_manager")
