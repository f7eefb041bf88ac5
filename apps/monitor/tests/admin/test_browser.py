"""The monitors in a real browser; skipped without chromium."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from apps.core.testing.browsers import IN_BROWSER

pytestmark = IN_BROWSER


class Server:
    """Answers `?sample` as it is told to, and counts how often it was asked."""

    def __init__(self) -> None:
        self.usage: float | None = 11
        self.asked = 0

    def __call__(self, route: Route) -> None:
        self.asked += 1
        if self.usage is None:
            route.abort("connectionrefused")
        else:
            route.fulfill(json={"cpu": {"usage": self.usage}})


@pytest.fixture
def server(admin_page: Page) -> Server:
    made = Server()
    admin_page.route("**/admin/monitor/server/?sample", made)
    return made


def _tell(socket: WebSocketRoute, **told: Any) -> None:
    socket.send(json.dumps(told))


def _feed(socket: WebSocketRoute, usage: float | None) -> None:
    data = None if usage is None else {"cpu": {"usage": usage}}
    _tell(socket, type="sample", topic="monitor.server", data=data)


def test_a_monitor_follows_the_socket(
    admin_page: Page, sockets: list[WebSocketRoute], complaints: list[str], server: Server
) -> None:
    figure = admin_page.locator("[data-show='cpu.usage']")
    chip = admin_page.locator("[data-monitor-state]")
    admin_page.goto("/admin/monitor/server/")
    expect(figure).to_have_text("11")
    heard: list[Any] = []
    sockets[-1].on_message(lambda message: heard.append(json.loads(message)))
    _tell(sockets[-1], type="ready", session="s", latest=0)
    _feed(sockets[-1], 22)
    expect(figure).to_have_text("22")
    expect(chip).to_have_text("live")
    assert {"type": "subscribe", "topic": "monitor.server"} in heard
    asked, server.usage = server.asked, 33
    admin_page.wait_for_timeout(4000)
    assert server.asked == asked  # the socket brings samples: nobody asks
    _feed(sockets[-1], None)
    expect(chip).to_have_text("not reached; trying again")
    expect(figure).to_have_text("22")
    assert complaints == []


def test_a_monitor_asks_while_the_socket_is_cut_and_says_when_nobody_answers(
    admin_page: Page, sockets: list[WebSocketRoute], complaints: list[str], server: Server
) -> None:
    figure = admin_page.locator("[data-show='cpu.usage']")
    chip = admin_page.locator("[data-monitor-state]")
    admin_page.goto("/admin/monitor/server/")
    _tell(sockets[-1], type="ready", session="s", latest=0)
    _feed(sockets[-1], 22)
    expect(figure).to_have_text("22")
    open_before, server.usage = len(sockets), 33
    sockets[-1].close()
    expect(figure).to_have_text("33")
    expect(chip).to_have_text("live")
    server.usage = None
    expect(chip).to_have_text("not reached; trying again")
    server.usage = 44
    expect(figure).to_have_text("44")
    expect(chip).to_have_text("live")
    assert len(sockets) > open_before  # it is open anew
    _tell(sockets[-1], type="ready", session="s", latest=0)
    _feed(sockets[-1], 55)
    expect(figure).to_have_text("55")
    assert [said for said in complaints if "ERR_CONNECTION_REFUSED" not in said] == []


def test_a_monitor_that_may_not_be_heard_says_so_and_asks_no_more(
    admin_page: Page, sockets: list[WebSocketRoute], server: Server
) -> None:
    admin_page.goto("/admin/monitor/server/")
    _tell(sockets[-1], type="ready", session="s", latest=0)
    _feed(sockets[-1], 22)
    _tell(sockets[-1], type="unsubscribed", topic="monitor.server", code=403)
    expect(admin_page.locator("[data-monitor-state]")).to_have_text("not reached; trying again")
    asked = server.asked
    admin_page.wait_for_timeout(4000)
    assert server.asked == asked


def test_a_socket_that_is_stuck_is_not_waited_for(
    admin_page: Page, sockets: list[WebSocketRoute], server: Server
) -> None:
    admin_page.clock.install()
    admin_page.goto("/admin/monitor/server/")
    _tell(sockets[-1], type="ready", session="s", latest=0)
    _feed(sockets[-1], 22)
    figure = admin_page.locator("[data-show='cpu.usage']")
    expect(figure).to_have_text("22")
    server.usage = 33
    admin_page.clock.run_for(20_000)
    expect(figure).to_have_text("33")
