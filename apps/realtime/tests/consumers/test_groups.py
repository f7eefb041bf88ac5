from __future__ import annotations

import asyncio
from typing import Any

import pytest

from apps.realtime.consumers import groups as module
from apps.realtime.consumers.groups import Groups


class Layer:
    """A channel layer that can be away, or stuck."""

    def __init__(self) -> None:
        self.members: set[str] = set()
        self.is_away = self.is_stuck = False

    async def group_add(self, group: str, _channel: str) -> None:
        await asyncio.sleep(0)
        self.members.add(group)

    async def group_discard(self, group: str, _channel: str) -> None:
        await asyncio.sleep(60 if self.is_stuck else 0)
        if self.is_away:
            msg = "away"
            raise RuntimeError(msg)
        self.members.discard(group)


async def _joined(*names: str) -> tuple[Layer, Groups]:
    layer = Layer()
    groups = Groups(layer, "channel")
    for name in names:
        await groups.join(name)
    return layer, groups


async def test_what_cannot_be_left_is_left_later(caplog: pytest.LogCaptureFixture) -> None:
    layer, groups = await _joined("a", "b")
    layer.is_away = True
    await groups.leave("a")
    assert layer.members == {"a", "b"}
    assert "cannot be left" in caplog.text
    layer.is_away = False
    await groups.settle()
    assert layer.members == {"b"}


async def test_what_is_joined_again_is_left_no_more() -> None:
    layer, groups = await _joined("a")
    layer.is_away = True
    await groups.leave("a")
    layer.is_away = False
    await asyncio.gather(groups.leave("b"), groups.join("a"))
    await groups.join("a")
    await groups.settle()
    assert layer.members == {"a"}


async def test_a_layer_that_answers_nothing_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "LAYER_SECONDS", 0.05)
    layer, groups = await _joined("a")
    layer.is_stuck = True
    await asyncio.wait_for(groups.leave("a"), 3)


async def test_all_are_left_in_the_end() -> None:
    layer: Any
    layer, groups = await _joined("a", "b")
    await groups.leave_all()
    assert layer.members == set()
