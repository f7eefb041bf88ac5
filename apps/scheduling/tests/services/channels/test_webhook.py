import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.utils import timezone

from apps.scheduling.choices import RunState
from apps.scheduling.errors import AlertHopelessError
from apps.scheduling.services.channels import webhook
from apps.scheduling.tests.sample import make_alert, make_run
from apps.scheduling.tests.services.channels.endpoint import fake_endpoint

KEY = b"a key of two dozen bytes"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("secret", "key"), [(SECRET, KEY), ("plain", b"plain"), ("", None)])
def test_a_webhook_is_told_and_can_prove_who_tells(
    atrium: Callable[..., None], secret: str, key: bytes | None
) -> None:
    run = make_run(state=RunState.FAILED, error="no good", ended_at=timezone.now())
    with fake_endpoint() as endpoint:
        atrium(alert_webhooks=(SimpleNamespace(name="ops", url=endpoint.url, secret=secret),))
        webhook.send(make_alert("webhook", "ops", run=run))
    [(_path, headers, body)] = endpoint.taken
    told = json.loads(body)
    assert told["type"] == "run.failed"
    assert (told["data"]["task_id"], told["data"]["error"]) == (run.task_id, "no good")
    assert headers["webhook-id"] == f"run_{run.task_id}"
    if key is None:
        assert "webhook-signature" not in headers
        return
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{mac}"


@pytest.mark.django_db
def test_one_that_the_settings_do_not_know_any_more_is_said_so() -> None:
    with pytest.raises(AlertHopelessError):
        webhook.send(make_alert("webhook", "gone"))


@pytest.mark.django_db
def test_what_became_of_a_run_is_told_whatever_becomes_of_it_since() -> None:
    alert = make_alert("webhook", "ops", run=make_run(state=RunState.SUCCEEDED), state="lost")
    told = webhook.payload(alert)
    assert (told["type"], told["data"]["state"]) == ("run.lost", "lost")  # type: ignore[index] # an object


def test_the_signature_is_that_of_the_specification() -> None:
    """Source: the test vector of the Standard Webhooks' reference libraries."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
    }
    found = webhook.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", headers, b'{"test": 2432232314}'
    )
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_that_only_begins_like_one_is_taken_as_it_is() -> None:
    headers = {"webhook-id": "a", "webhook-timestamp": "1"}
    mac = hmac.new(b"whsec_!", b"a.1.", hashlib.sha256).digest()
    assert webhook.signature("whsec_!", headers, b"") == f"v1,{base64.b64encode(mac).decode()}"
