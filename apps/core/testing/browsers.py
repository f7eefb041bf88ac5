"""Fixtures for the tests in a real browser; `pytest.ini` loads this module, as it does `fixtures`.

A module of such tests says `pytestmark = IN_BROWSER`. Nothing of Playwright is imported before a
test asks for it: it takes its time, and most tests need none.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from apps.core.testing.fixtures import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, WebSocketRoute

Open: TypeAlias = "Callable[..., Page]"
CHROMIUM = shutil.which("chromium")
OPTIONS = ["--no-sandbox", "--disable-background-networking"]
PATIENCE = 10_000
"""Milliseconds that a page has for what a test waits for."""

IN_BROWSER = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
"""The marks of a test that drives a browser."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a browser, the same one for all tests of a module."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - see the module docstring

    # Playwright keeps an event loop in this thread; the rows we read belong to the test alone.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """Return what the browser finds wrong, on any page of the test."""
    return []


@pytest.fixture
def sockets() -> list[WebSocketRoute]:
    """Return the sockets that pages open; the test is what stands behind them."""
    return []


@pytest.fixture
def open_page(
    chromium: Browser, live_server: Any, complaints: list[str], sockets: list[WebSocketRoute]
) -> Iterator[Open]:
    """Return a function that opens a page, with the options of a browser context."""
    contexts = []

    def make(**options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, locale="en-US", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        # The live server has no socket; Playwright cannot call the method itself.
        page.route_web_socket("**/ws/events", lambda socket: sockets.append(socket))  # noqa: PLW0108
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _note_said(said, complaints))
        page.on("request", lambda request: _note_foreign(request.url, live_server.url, complaints))
        return page

    yield make
    for context in contexts:
        context.close()


def _note_said(said: ConsoleMessage, complaints: list[str]) -> None:
    # The server of the tests has no sockets; pages that listen try in vain.
    if said.type in {"error", "warning"} and "/ws/events" not in said.text:
        complaints.append(said.text)


def _note_foreign(url: str, ours: str, complaints: list[str]) -> None:
    if not url.startswith((ours, "data:", "blob:")):
        complaints.append(f"left the house: {url}")


@pytest.fixture
def admin_page(open_page: Open, make_user: Callable[..., Any]) -> Page:
    """Return a page of the console at which somebody has signed in who may do everything."""
    make_user(username="admin", is_staff=True, is_superuser=True)
    return sign_in(open_page())


def sign_in(page: Page, username: str = "admin") -> Page:
    """Sign in to the console by its form, as a user of `make_user`, and return the page."""
    page.goto("/admin/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("#login-form button[type=submit]")
    page.wait_for_url("**/admin/")
    return page
