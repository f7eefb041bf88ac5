"""The language in which a socket answers."""

from __future__ import annotations

from django.http import HttpRequest, parse_cookie
from django.utils.translation import get_language_from_request

from apps.realtime.selectors.identities import Headers


def language_of(headers: Headers) -> str:
    """Return the language of a handshake, found in its cookies and `Accept-Language` as HTTP does.

    Args:
        headers: Those of the handshake, names in lower case.
    """
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name.decode("latin1"), []).append(value.decode("latin1"))
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = ",".join(found.get("accept-language", ()))
    request.COOKIES = parse_cookie("; ".join(found.get("cookie", ())))
    return get_language_from_request(request)
