"""Post to an endpoint of the settings: bounded in time and size, and silent about the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from apps.scheduling.errors import AlertUnsentError

TIMEOUT_SECONDS = 10.0
MAX_ANSWER = 65_536
"""Most bytes of an answer that are read."""


def endpoint_named(name: str, endpoints: Sequence[Any]) -> Any:
    """Return the endpoint of a name.

    Raises:
        AlertUnsentError: The settings know none.
    """
    for endpoint in endpoints:
        if endpoint.name == name:
            return endpoint
    raise AlertUnsentError(why=f"the settings know no “{name}”")


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """Post JSON and return the start of the answer.

    Raises:
        AlertUnsentError: It was not reached, or did not answer with a 2xx. No redirect is
            followed.
    """
    sent = {"content-type": "application/json", **headers}
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=sent) as answer,
        ):
            status, found = answer.status_code, _start_of(answer)
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # its text may hold the address
        raise AlertUnsentError(why=type(error).__name__) from None
    if not httpx.codes.is_success(status):
        raise AlertUnsentError(why=f"it answered {status}")
    return found


def _start_of(answer: httpx.Response) -> bytes:
    found = bytearray()
    for part in answer.iter_bytes(8192):
        found += part
        if len(found) >= MAX_ANSWER:
            break
    return bytes(found[:MAX_ANSWER])
