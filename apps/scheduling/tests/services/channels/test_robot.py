import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.scheduling.choices import RunState
from apps.scheduling.errors import AlertUnsentError
from apps.scheduling.services.channels import robot
from apps.scheduling.tests.sample import make_alert, make_run
from apps.scheduling.tests.services.channels.endpoint import fake_endpoint

SECRET = "SECabc"


@pytest.mark.django_db
def test_a_robot_is_told_in_its_protocol(atrium: Callable[..., None]) -> None:
    run = make_run(schedule_name="hourly", state=RunState.LOST, error="its worker died")
    with fake_endpoint() as endpoint:
        endpoint.answer = b'{"errcode": 0, "errmsg": "ok"}'
        url = f"{endpoint.url}/robot/send?access_token=t"
        atrium(alert_robots=(SimpleNamespace(name="chat", url=url, secret=SECRET),))
        robot.send(make_alert("robot", "chat", run=run))
    [(path, _headers, body)] = endpoint.taken
    query = parse_qs(urlsplit(path).query)
    signed = f"{query['timestamp'][0]}\n{SECRET}".encode()
    mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert query["sign"] == [base64.b64encode(mac).decode()]
    assert query["access_token"] == ["t"]
    told = json.loads(body)
    assert told["msgtype"] == "markdown"
    assert told["markdown"]["title"] == "Job lost: hourly"
    assert "its worker died" in told["markdown"]["text"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b'{"errcode": 310000, "errmsg": "sign not match"}', "it answered errcode 310000"),
        (b"<html>", "it answered no errcode"),
        (b"[]", "it answered no errcode"),
    ],
)
def test_a_robot_that_refuses_is_said_so(
    atrium: Callable[..., None], answer: bytes, why: str
) -> None:
    with fake_endpoint() as endpoint:
        endpoint.answer = answer
        atrium(alert_robots=(SimpleNamespace(name="chat", url=endpoint.url, secret=""),))
        with pytest.raises(AlertUnsentError, match=why):
            robot.send(make_alert("robot", "chat"))


def test_without_a_secret_the_address_stays_as_it_is() -> None:
    assert robot.signed_url("https://x.test/y", "", 1) == "https://x.test/y"
    assert robot.signed_url("https://x.test/y", "s", 1).startswith("https://x.test/y?timestamp=1&")
