import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from apps.core.guards import Access
from apps.core.topics import Topic
from apps.realtime.services import samplers
from apps.realtime.services.samplers import Sampler, forget_samplers, sampler_of

pytestmark = pytest.mark.django_db(transaction=True)
calls: list[int] = []


def count() -> int:
    calls.append(1)
    return len(calls)


def fail() -> None:
    raise RuntimeError


async def _until(is_so: Callable[[], bool]) -> None:
    for _attempt in range(500):
        if is_so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came")


def _topic(sample: str) -> Topic:
    path = f"apps.realtime.tests.services.test_samplers.{sample}"
    return Topic(name="t", label="t", needs=Access.SIGNED_IN, sample=path, seconds=0.01)


async def test_many_listeners_share_one_sample() -> None:
    calls.clear()
    sampler = Sampler(_topic("count"))
    heard: dict[str, list[Any]] = {"a": [], "b": []}
    listeners = [heard[name].append for name in heard]
    for listener in listeners:
        sampler.join(listener)
    await _until(lambda: len(heard["a"]) >= 3)
    assert heard["a"][:3] == heard["b"][:3]
    for listener in listeners:
        sampler.leave(listener)
    taken = len(calls)
    await asyncio.sleep(0.1)
    assert len(calls) <= taken + 1  # one may have been under way


async def test_a_sample_that_fails_is_told_and_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(samplers.log, "exception", lambda text, *_args: said.append(text))
    heard: list[dict[str, Any]] = []
    sampler = Sampler(_topic("fail"))
    sampler.join(heard.append)
    await _until(lambda: len(heard) >= 3)
    sampler.leave(heard.append)
    assert {message["data"] for message in heard} == {None}
    assert len(said) == 1


def test_a_process_has_one_sampler_for_a_topic() -> None:
    forget_samplers()
    topic = _topic("count")
    first = sampler_of(topic)
    assert sampler_of(topic) is first
    forget_samplers()
    assert sampler_of(topic) is not first
