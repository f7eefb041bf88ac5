"""Uploads in a real browser: parts, a network that goes and comes, a page that is loaded anew."""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from apps.core.testing.browsers import IN_BROWSER
from apps.files.admin import folders
from apps.files.models import Node, Upload
from apps.files.services import uploads as services
from apps.files.services.sending import download_of

pytestmark = IN_BROWSER
PART = 100_000
CONTENT = random.Random(5).randbytes(350_000).hex().encode()[: 3 * PART + PART // 2]  # noqa: S311 - no secret


class Network:
    """Counts the parts that pass, and stops them from one on while it is down."""

    def __init__(self) -> None:
        self.sent: list[int] = []
        self.down_from: int | None = None

    def __call__(self, route: Route) -> None:
        number = int(route.request.url.split("?")[0].rstrip("/").rpartition("/")[2])
        if self.down_from is not None and number >= self.down_from:
            route.abort("internetdisconnected")
            return
        self.sent.append(number)
        route.continue_()


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def page(admin_page: Page, network: Network, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(services, "PART_BYTES", PART)
    monkeypatch.setattr(folders, "PART_BYTES", PART)
    admin_page.route(re.compile(r"/uploads/[^/]+/\d+/"), network)
    admin_page.goto("/admin/files/")
    return admin_page


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "large.txt"
    found.write_bytes(CONTENT)
    return found


def _is_whole() -> bool:
    with download_of(Node.objects.get()).open() as stored:
        return bool(stored.read() == CONTENT)


def test_a_large_file_is_sent_in_parts_and_waits_for_the_network(
    page: Page, network: Network, file: Path
) -> None:
    network.down_from = 2
    page.locator("[data-files-input]").set_input_files(file)
    row = page.locator("[data-files-sending] li")
    expect(row).to_contain_text("The network is gone")
    assert network.sent == [1]
    assert 20 < float(row.locator("progress").get_attribute("value") or 0) < 40
    network.down_from = None
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".at-files-tile")).to_contain_text("large.txt")
    assert network.sent == [1, 2, 3, 4]
    assert _is_whole()
    assert not Upload.objects.exists()


def test_a_page_that_is_loaded_anew_goes_on_where_it_stopped(
    page: Page, network: Network, file: Path
) -> None:
    network.down_from = 3
    page.locator("[data-files-input]").set_input_files(file)
    expect(page.locator("[data-files-sending] li")).to_contain_text("The network is gone")
    page.reload()
    network.down_from = None
    page.locator("[data-files-input]").set_input_files(file)
    expect(page.locator(".at-files-tile")).to_contain_text("large.txt")
    assert network.sent == [1, 2, 3, 4]
    assert _is_whole()


def test_a_part_that_arrives_broken_is_sent_again(page: Page, network: Network, file: Path) -> None:
    broken: list[int] = []

    def spoil(route: Route) -> None:
        if not broken:
            broken.append(1)
            route.continue_(post_data=b"x" * PART)
            return
        route.fallback()

    page.route(re.compile(r"/uploads/[^/]+/1/"), spoil)
    page.locator("[data-files-input]").set_input_files(file)
    expect(page.locator(".at-files-tile")).to_contain_text("large.txt")
    assert broken == [1]
    assert network.sent == [1, 2, 3, 4]
    assert _is_whole()


def test_an_upload_that_is_given_up_leaves_nothing(
    page: Page, network: Network, file: Path
) -> None:
    network.down_from = 2
    page.locator("[data-files-input]").set_input_files(file)
    row = page.locator("[data-files-sending] li")
    expect(row).to_contain_text("The network is gone")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        row.get_by_role("button", name="Give up: large.txt").click()
    expect(row).to_contain_text("given up")
    assert not Upload.objects.exists()
    assert not Node.objects.exists()


def test_a_small_file_takes_one_request(page: Page, network: Network) -> None:
    small = {"name": "small.txt", "mimeType": "text/plain", "buffer": b"hello"}
    page.locator("[data-files-input]").set_input_files(small)  # type: ignore[arg-type] # a payload
    expect(page.locator(".at-files-tile")).to_contain_text("small.txt")
    assert network.sent == []


def test_checksums_are_the_same_where_the_browser_offers_none(page: Page) -> None:
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_001]
    found = page.evaluate(
        """(lengths) => lengths.map((length) => window.atriumSha256.reckon(
             Uint8Array.from({ length }, (_, n) => (n * 7 + 3) % 256).buffer))""",
        lengths,
    )
    bytes_ = [bytes((n * 7 + 3) % 256 for n in range(length)) for length in lengths]
    assert found == [hashlib.sha256(content).hexdigest() for content in bytes_]
