"""Whatever a client sends, its socket answers or closes; nothing is raised."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.choices import Channel
from apps.accounts.models import User
from apps.accounts.services.sessions import session_open
from apps.realtime import constants
from apps.realtime.consumers.events import EventsConsumer

pytestmark = pytest.mark.django_db(transaction=True)
CLOSINGS = {constants.CLOSE_BAD, constants.CLOSE_SIGN_IN}
DEEP = "<deep>"
"""Stands for more lists within lists than most readers and writers of JSON take."""

LOOSE = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**53, 2**63 - 1, 2**63, -1, 10**40, 1.5, -0.0, 1e308]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["\0", "\ud800", "\uff11\uff12", "1" * 40, "a.b.c", "scheduling.runs", ""]),
)
values = st.one_of(
    scalars,
    st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=6,
    ),
    st.just(DEEP),
)
kinds = st.sampled_from(["authenticate", "subscribe", "unsubscribe", "since", "ping"]) | values
messages = st.fixed_dictionaries(
    {"type": kinds}, optional=dict.fromkeys(("topic", "since", "id", "token"), values)
)


def _json(value: Any) -> str:
    return json.dumps(value).replace(f'"{DEEP}"', "[" * 1_000 + "]" * 1_000)


frames = st.one_of(
    st.builds(_json, messages | values),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40),
    st.binary(max_size=40),
    st.just("[" * 5_000),
    st.just("x" * (constants.MAX_MESSAGE * 3)),
)


async def _outcome(user: User | None, frame: str | bytes) -> Any:
    """Return what follows a frame: `pong` from a socket that is still there, or its closing."""
    talk = WebsocketCommunicator(EventsConsumer.as_asgi(), "/ws/events")
    await talk.connect()
    if user is not None:
        pair = await sync_to_async(session_open)(user=user, channel=Channel.API)
        await talk.send_json_to({"type": "authenticate", "token": pair.access})
    kind = "bytes" if isinstance(frame, bytes) else "text"
    await talk.send_input({"type": "websocket.receive", kind: frame})
    await talk.send_json_to({"type": "ping", "last": True})
    while True:
        output = await talk.receive_output(3)  # raises what the consumer raised
        is_pong = output.get("text") == '{"type":"pong"}'
        if is_pong or output["type"] == "websocket.close":
            await talk.disconnect()
            return "pong" if is_pong else output["code"]


@pytest.mark.parametrize(
    "message",
    [
        {"type": ["a"]},
        {"type": {"a": 1}},
        {"type": DEEP},
        {"type": "subscribe", "topic": DEEP},
        {"type": "unsubscribe", "topic": DEEP},
        {"type": "unsubscribe", "topic": ["x"]},
        {"type": "subscribe", "topic": {}},
        {"type": "subscribe"},
    ],
)
@pytest.mark.parametrize("is_in", [True, False])
async def test_words_of_wrong_types_are_strikes(user: User, message: Any, *, is_in: bool) -> None:
    assert await _outcome(user if is_in else None, _json(message)) == "pong"


async def test_a_token_that_is_no_text_is_no_token() -> None:
    told = _json({"type": "authenticate", "token": DEEP})
    assert await _outcome(None, told) == constants.CLOSE_SIGN_IN


@LOOSE
@given(frame=frames, is_in=st.booleans())
async def test_nothing_that_a_client_sends_raises(
    user: User, caplog: pytest.LogCaptureFixture, frame: str | bytes, *, is_in: bool
) -> None:
    outcome = await _outcome(user if is_in else None, frame)
    assert outcome == "pong" or outcome in CLOSINGS
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
