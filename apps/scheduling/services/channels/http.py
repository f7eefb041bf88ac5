"""Post to an endpoint of the settings: bounded in time and size, and silent about the address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from apps.scheduling.errors import AlertHopelessError, AlertUnsentError

TIMEOUT_SECONDS = 10.0
"""How long an endpoint may be silent."""

WHOLE_SECONDS = 20.0
"""How long all of it may take: one that sends a byte now and then is never silent for long."""

MAX_ANSWER = 65_536
"""Most bytes of an answer that are read."""


def endpoint_named(name: str, endpoints: Sequence[Any]) -> Any:
    """Return the endpoint of a name.

    Raises:
        AlertHopelessError: The settings know none.
    """
    for endpoint in endpoints:
        if endpoint.name == name:
            return endpoint
    raise AlertHopelessError(why=f"the settings know no “{name}”")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Post JSON and return the start of the answer.

    Raises:
        AlertUnsentError: It was not reached, or did not answer with a 2xx. No redirect is
            followed.
    """
    sent = {"content-type": "application/json", **headers}
    try:
        status, found = asyncio.run(_posted(url, body, sent))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:  # it may hold the address
        raise AlertUnsentError(why=type(error).__name__) from None
    if not httpx.codes.is_success(status):
        raise AlertUnsentError(why=f"it answered {status}")
    return found


async def _posted(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    # In a loop of its own, because only there can the whole be bounded in time.
    async with (
        asyncio.timeout(WHOLE_SECONDS),
        httpx.AsyncClient(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
        client.stream("POST", url, content=body, headers=headers) as answer,
    ):
        return answer.status_code, await _start_of(answer)


async def _start_of(answer: httpx.Response) -> bytes:
    found = bytearray()
    async for part in answer.aiter_bytes(8192):
        found += part
        if len(found) >= MAX_ANSWER:
            break
    return bytes(found[:MAX_ANSWER])
