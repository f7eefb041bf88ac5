"""Where a request comes from: the address that cannot be forged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

UNKNOWN = "0.0.0.0"  # noqa: S104 - stands for "no address", nothing is bound to it

MAX_LENGTH = 64
"""No address is longer; what is longer is not worth remembering."""


def client_address(meta: Mapping[str, str], trusted: Sequence[str]) -> str:
    """Return the client's address from a request's META.

    `X-Forwarded-For` is read from the right, for as long as the hop that wrote it is one of the
    trusted proxies; what a stranger puts in that header is ignored.

    Args:
        meta: `HttpRequest.META`.
        trusted: Addresses or networks of our own proxies.
    """
    peer = _clean(meta.get("REMOTE_ADDR", "").strip()[:MAX_LENGTH])
    if not trusted:
        return peer
    networks = _networks(tuple(trusted))
    written = (hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(","))
    hops = [_clean(hop[:MAX_LENGTH]) for hop in written if hop]
    while hops and _is_inside(peer, networks):
        peer = hops.pop()
    return peer


@lru_cache(maxsize=4096)
def is_welcome(address: str, allowed: tuple[str, ...], denied: tuple[str, ...]) -> bool:
    """Tell whether an address may use the site: not denied, and allowed if any are.

    Args:
        address: As `client_address` returns it.
        allowed: Addresses or networks; none means all.
        denied: Addresses or networks; they win.
    """
    if _is_inside(address, _networks(denied)):
        return False
    return not allowed or _is_inside(address, _networks(allowed))


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(entry, strict=False) for entry in trusted)


def _is_inside(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(ip_address(address) in network for network in networks)


@lru_cache(maxsize=4096)
def _clean(text: str) -> str:
    """Return an address in one spelling: without port, zone and IPv4-in-IPv6."""
    try:
        address = ip_address(_without_port(text).partition("%")[0])
    except ValueError:
        return UNKNOWN
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
