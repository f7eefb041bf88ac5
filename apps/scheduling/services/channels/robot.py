"""Alerts by a chat robot that speaks the protocol of DingTalk's custom robots.

Source: https://open.dingtalk.com/document/robots/custom-robot-access
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from urllib.parse import quote_plus

from django.conf import settings

from apps.scheduling.errors import AlertUnsentError
from apps.scheduling.models import Alert
from apps.scheduling.services.channels.http import endpoint_named, post
from apps.scheduling.services.channels.texts import lines_of, title_of


def send(alert: Alert) -> None:
    """Tell the robot that an alert names.

    Raises:
        AlertUnsentError: It is not known, was not reached, or refused.
    """
    endpoint = endpoint_named("".join(alert.targets), settings.ATRIUM.alert_robots)
    title = title_of(alert)
    text = "\n".join([f"### {title}", "", *(f"- {line}" for line in lines_of(alert.run))])
    body = {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
    url = signed_url(endpoint.url, endpoint.secret, round(time.time() * 1000))
    answer = post(url, json.dumps(body, ensure_ascii=False).encode(), {})
    try:
        refused = json.loads(answer)["errcode"]
    except (ValueError, TypeError, KeyError):
        raise AlertUnsentError(why="it answered no errcode") from None
    if refused != 0:
        raise AlertUnsentError(why=f"it answered errcode {str(refused)[:20]}")


def signed_url(url: str, secret: str, moment: int) -> str:
    """Return the address with the signature of a moment; without a secret, as it is.

    Args:
        url: The robot's.
        secret: Signs.
        moment: Milliseconds since 1970.
    """
    if not secret:
        return url
    digest = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
    sign = quote_plus(base64.b64encode(digest))
    return f"{url}{'&' if '?' in url else '?'}timestamp={moment}&sign={sign}"
