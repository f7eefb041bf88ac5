"""Who is at the other end of a socket: by token, or in the console's own pages by its cookie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, NamedTuple

from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError

from apps.access.selectors.sidebar import sidebar_of
from apps.accounts.constants import SESSION_KEY
from apps.accounts.errors import SessionEndedError
from apps.accounts.models import User
from apps.accounts.selectors.principals import principal_of, user_from
from apps.accounts.services.tokens import access_token_read
from apps.core.errors import DomainError
from apps.core.guards import Access
from apps.core.topics import Topic

Headers = Iterable[tuple[bytes, bytes]]


class Identity(NamedTuple):
    """A signed-in client."""

    user_id: int
    sid: str


def from_token(token: str) -> Identity:
    """Return who an access token belongs to.

    Raises:
        SessionEndedError: It is none of ours, or has run out.
    """
    try:
        return Identity(*access_token_read(token))
    except TokenError as error:
        raise SessionEndedError from error


def is_secure_of(scope: Any) -> bool:
    """Tell whether a socket was opened at `wss:`, as `HttpRequest.is_secure` tells of a request.

    Where there is a proxy that is believed (`SECURE_PROXY_SSL_HEADER`), what it says counts.
    """
    if settings.SECURE_PROXY_SSL_HEADER:
        key, secure = settings.SECURE_PROXY_SSL_HEADER
        wanted = key.removeprefix("HTTP_").replace("_", "-").lower().encode()
        for name, value in scope["headers"]:
            if name == wanted:
                told: str = value.decode("latin1")
                return told.partition(",")[0].strip() == secure
    return bool(scope.get("scheme") == "wss")


def from_cookie(headers: Headers, *, is_secure: bool) -> Identity | None:
    """Return whose console session the cookie is, for a page of this very site alone.

    A cookie comes along whoever opened the socket, so the page must be one of ours: the scheme,
    host and port of `Origin` are those that the socket was opened at. Source: RFC 6455, 10.2.

    Args:
        headers: Of the handshake.
        is_secure: Whether the socket was opened at `wss:`; see `is_secure_of`.
    """
    found = {name.decode("latin1"): value.decode("latin1") for name, value in headers}
    scheme = "https" if is_secure else "http"
    if not found.get("host") or found.get("origin") != f"{scheme}://{found['host']}":
        return None
    try:
        cookie = SimpleCookie(found.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None
    if cookie is None or "\0" in cookie.value:  # PostgreSQL refuses to look for that
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(cookie.value)
    sid, user_id = store.get(SESSION_KEY), store.get("_auth_user_id")
    return Identity(int(user_id), str(sid)) if sid and user_id else None


def user_of(identity: Identity) -> User:
    """Return the user as they are now, from the snapshot that requests use.

    Raises:
        DomainError: The session has ended, or the user may do nothing any more.
    """
    return user_from(principal_of(sid=identity.sid, user_id=identity.user_id))


class Look(NamedTuple):
    """What is found when it is looked again at a client.

    Attributes:
        user: As they are now.
        may_do: See `may_of`.
        lost: Topics that they may not hear any more.
    """

    user: User
    may_do: int
    lost: list[Topic]


def look(identity: Identity, topics: Iterable[Topic]) -> Look:
    """Return what has become of a client.

    Raises:
        DomainError: The session has ended, or the user may do nothing any more.
    """
    user = user_of(identity)
    return Look(user, may_of(user), [topic for topic in topics if not may_hear(user, topic)])


def may_hear(user: User, topic: Topic) -> bool:
    """Tell whether a user may follow a topic."""
    return isinstance(topic.needs, Access) or user.has_perm(topic.needs)


def may_any(identity: Identity, codes: Iterable[str]) -> bool:
    """Tell whether a client's user holds one of several permission codes, and their session."""
    try:
        user = user_of(identity)
    except DomainError:
        return False
    return any(user.has_perm(code) for code in codes)


def may_of(user: User) -> int:
    """Return a number that is another one as soon as the user may do or see anything else."""
    principal = user.principal or {}
    facts = [principal.get(name) for name in ("codes", "role_ids", "view")]
    return hash(repr([*facts, user.is_superuser, user.is_staff, list(_entries(sidebar_of(user)))]))


def _entries(nodes: Iterable[dict[str, Any]]) -> Iterator[tuple[Any, bool]]:
    for node in nodes:
        yield node["id"], node["meta"]["menuVisibleWithForbidden"]
        yield from _entries(node.get("children") or ())
