import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer

from config.runtime.layers import EmbeddedChannelLayer, home


@pytest.fixture(autouse=True)
def _leave_home() -> Iterator[None]:
    yield
    home.leave()


async def test_a_thread_wakes_the_consumer_at_once() -> None:
    home.enter()
    layer = EmbeddedChannelLayer()
    await layer.group_add("room", "chan")
    thread = threading.Timer(
        0.05, lambda: async_to_sync(layer.group_send)("room", {"type": "said", "n": 1})
    )
    thread.start()
    message = await asyncio.wait_for(layer.receive("chan"), 2)
    assert message == {"type": "said", "n": 1}
    await asyncio.to_thread(thread.join)


async def test_threads_may_join_and_leave_groups() -> None:
    home.enter()
    layer = EmbeddedChannelLayer()
    await asyncio.to_thread(lambda: async_to_sync(layer.group_add)("room", "chan"))
    assert "chan" in layer.groups["room"]
    await asyncio.to_thread(lambda: async_to_sync(layer.group_discard)("room", "chan"))
    assert "room" not in layer.groups


async def test_a_refusal_reaches_the_thread_that_caused_it() -> None:
    home.enter()
    layer = EmbeddedChannelLayer()
    with pytest.raises(TypeError, match="Group name"):
        await asyncio.to_thread(lambda: async_to_sync(layer.group_send)("no spaces", {"type": "x"}))


async def test_without_a_home_everything_happens_where_it_is_asked() -> None:
    home.leave()
    layer = EmbeddedChannelLayer()
    await layer.send("chan", {"type": "said"})
    assert await layer.receive("chan") == {"type": "said"}
    await layer.flush()
    assert layer.channels == {}


def test_a_home_that_is_closed_is_no_home() -> None:
    async def enter() -> None:
        home.enter()

    asyncio.run(enter())
    layer = EmbeddedChannelLayer()
    async_to_sync(layer.send)("chan", {"type": "said"})
    assert len(layer.channels) == 1


async def test_what_nobody_fetches_is_looked_for_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(InMemoryChannelLayer, "_clean_expired", lambda _self: looked.append(1))
    layer = EmbeddedChannelLayer()
    for _message in range(3):
        await layer.send("chan", {"type": "said"})
        await layer.receive("chan")
    assert looked == [1]
    layer._next_look = 0.0
    await layer.send("chan", {"type": "said"})
    await layer.receive("chan")
    assert looked == [1, 1]


async def test_whoever_listens_for_days_goes_on_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = EmbeddedChannelLayer()
    await layer.group_add("room", "chan")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * 86_400)
    await layer.group_send("room", {"type": "said"})
    assert await asyncio.wait_for(layer.receive("chan"), 2) == {"type": "said"}
