"""Alerts by webhook, signed in the way of the Standard Webhooks.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from django.conf import settings

from apps.scheduling.models import Alert
from apps.scheduling.services.channels.http import endpoint_named, post

SECRET_PREFIX = "whsec_"  # noqa: S105 - how such a secret begins


def send(alert: Alert) -> None:
    """Call the webhook that an alert names.

    Raises:
        AlertUnsentError: It is not known, was not reached, or did not take it.
    """
    endpoint = endpoint_named("".join(alert.targets), settings.ATRIUM.alert_webhooks)
    body = json.dumps(payload(alert), ensure_ascii=False).encode()
    headers = {"webhook-id": f"run_{alert.run.task_id}", "webhook-timestamp": str(int(time.time()))}
    if endpoint.secret:
        headers["webhook-signature"] = signature(endpoint.secret, headers, body)
    post(endpoint.url, body, headers)


def payload(alert: Alert) -> dict[str, object]:
    """Return what is told of a run; times are ISO 8601."""
    run = alert.run
    return {
        "type": f"run.{alert.state}",
        "timestamp": _iso(run.ended_at),
        "data": {
            "id": run.pk,
            "task_id": run.task_id,
            "task": run.name,
            "schedule": run.schedule_name,
            "state": alert.state,
            "attempt": run.attempt,
            "worker": run.worker,
            "error": run.why,
            "queued_at": _iso(run.queued_at),
            "started_at": _iso(run.started_at),
            "ended_at": _iso(run.ended_at),
        },
    }


def signature(secret: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return the header `webhook-signature` for the id, the timestamp and the body."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            pass  # a plain word that happens to begin so
    return secret.encode()


def _iso(moment: object) -> str | None:
    return moment.isoformat() if hasattr(moment, "isoformat") else None
