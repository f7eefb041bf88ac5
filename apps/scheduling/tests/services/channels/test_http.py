import contextlib
import logging
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from apps.scheduling.errors import AlertHopelessError, AlertUnsentError
from apps.scheduling.services.channels import http
from apps.scheduling.services.channels.http import MAX_ANSWER, endpoint_named, post
from apps.scheduling.tests.services.channels.endpoint import fake_endpoint


def test_json_is_posted_and_the_answer_returned() -> None:
    with fake_endpoint() as endpoint:
        endpoint.answer = b'{"ok": 1}'
        assert post(f"{endpoint.url}/hook?x=1", b"{}", {"webhook-id": "one"}) == b'{"ok": 1}'
    [(path, headers, body)] = endpoint.taken
    assert (path, body) == ("/hook?x=1", b"{}")
    assert (headers["content-type"], headers["webhook-id"]) == ("application/json", "one")


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_what_is_not_taken_is_said_so(status: int) -> None:
    with fake_endpoint() as endpoint:
        endpoint.status = status
        with pytest.raises(AlertUnsentError, match=f"it answered {status}"):
            post(endpoint.url, b"{}", {})


def test_redirects_are_not_followed() -> None:
    with fake_endpoint() as other, fake_endpoint() as endpoint:
        endpoint.status, endpoint.headers = 307, {"location": other.url}
        with pytest.raises(AlertUnsentError, match="it answered 307"):
            post(endpoint.url, b"{}", {})
    assert other.taken == []


def test_an_endless_answer_is_cut() -> None:
    with fake_endpoint() as endpoint:
        endpoint.answer = b"x" * (5 * MAX_ANSWER)
        assert len(post(endpoint.url, b"{}", {})) == MAX_ANSWER


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/?token=hunter2", "http://[hunter2", "x:hunter2"]
)
def test_neither_errors_nor_the_log_tell_the_address(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AlertUnsentError) as caught:
        post(url, b"{}", {})
    assert "hunter2" not in f"{caught.value} {caught.value!r}"
    assert "hunter2" not in caplog.text


def test_the_log_tells_no_address_of_what_was_taken_either(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with fake_endpoint() as endpoint, caplog.at_level(logging.INFO):
        post(f"{endpoint.url}/?access_token=hunter2", b"{}", {})
    assert "hunter2" not in caplog.text


def test_an_endpoint_is_found_by_its_name() -> None:
    known = [SimpleNamespace(name="ops"), SimpleNamespace(name="dev")]
    assert endpoint_named("dev", known) is known[1]
    with pytest.raises(AlertHopelessError, match="the settings know no “x”"):
        endpoint_named("x", known)


def test_one_that_answers_bit_by_bit_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "WHOLE_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            talk, _ = server.accept()
            with talk, contextlib.suppress(OSError):
                talk.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n")
                for _ in range(100):
                    talk.sendall(b"x")
                    time.sleep(0.1)

        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        with pytest.raises(AlertUnsentError, match="TimeoutError"):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        assert time.monotonic() - started < 3
        thread.join(10)
