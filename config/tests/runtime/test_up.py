"""The real `up`, as a person starts it."""

import asyncio
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from config.env import BASE_DIR
from config.sockets import CLOSE_UNKNOWN

pytestmark = pytest.mark.slow
START_SECONDS = 60

# An app of our own with two jobs, and a page that queues them: what a plugin would bring.
JOBS = """
import pathlib, threading, time
from celery import shared_task
from django.conf import settings

FOLDER = pathlib.Path(settings.DATA_DIR)

@shared_task(name="probe.note")
def note(text):
    with (FOLDER / "noted").open("a") as file:
        file.write(text + chr(10))

@shared_task(name="probe.drag")
def drag(seconds):
    note(f"began {threading.current_thread().name}")
    time.sleep(seconds)
    note("ended")
"""
SETTINGS = """
from config.settings.local import *
INSTALLED_APPS = [*INSTALLED_APPS, "probe"]
ROOT_URLCONF = "probe.urls"
"""
URLS = """
import json, time
from celery import current_app
from django.http import HttpResponse
from django.urls import path
from config.urls import urlpatterns as platform

def queue(request, name, argument):
    arguments = [json.loads(argument)]
    result = current_app.send_task(f"probe.{name}", arguments)
    return HttpResponse(result.id)

def wait(request, identity):
    result = current_app.AsyncResult(identity)
    result.get(timeout=10)
    return HttpResponse(result.state)

def doze(request, seconds):
    time.sleep(seconds)
    return HttpResponse("woke")

urlpatterns = [
    path("probe/queue/<name>/<argument>", queue),
    path("probe/wait/<identity>", wait),
    path("probe/doze/<int:seconds>", doze),
    *platform,
]
"""


class Platform:
    """A running `up`, its folder and what it says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        probe = folder / "code" / "probe"
        probe.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("__init__", ""),
            ("tasks", JOBS),
            ("settings", SETTINGS),
            ("urls", URLS),
        ):
            (probe / f"{name}.py").write_text(text)
        self.process = self._start(self.log)
        self.url = self.wait_for(lambda: re.search(r"ready at (\S+)/ ", self.said()))[1]

    def second(self) -> tuple[int, str]:
        """Start another beside it on the same folder; return its exit code and what it said."""
        log = self.folder / "second.log"
        return self._start(log).wait(START_SECONDS), log.read_text()

    def _start(self, said: Path) -> "subprocess.Popen[bytes]":
        environ = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("ATRIUM_", "COV_", "DATABASE_", "REDIS_", "CELERY_"))
        }
        environ |= {
            "ATRIUM_DATA_DIR": str(self.folder),
            "ATRIUM_BOOTSTRAPPED": "1",
            "DJANGO_SETTINGS_MODULE": "probe.settings",
            "PYTHONPATH": str(self.folder / "code"),
        }
        with said.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", "0"],
                cwd=BASE_DIR,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text()

    def noted(self) -> list[str]:
        file = self.folder / "noted"
        return file.read_text().splitlines() if file.exists() else []

    def kept(self) -> int:
        """Return how many jobs are in the outbox."""
        with sqlite3.connect(self.folder / "atrium.sqlite3") as database:
            (count,) = database.execute("SELECT count(*) FROM scheduling_outboxjob").fetchone()
        database.close()
        return int(count)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=START_SECONDS)

    def wait_for(self, found: Callable[[], Any], seconds: float = START_SECONDS) -> Any:
        until = time.monotonic() + seconds
        while not (value := found()):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.02)
        return value

    def child(self) -> int:
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(self.wait_for(listing.split)[-1])

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Return how many seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(20) == 0
        return time.monotonic() - started


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a platform that was started once."""
    folder = tmp_path_factory.mktemp("database")
    Platform(folder).stop()
    return folder


@pytest.fixture
def platform(database: Path, tmp_path: Path) -> Iterator[Platform]:
    shutil.copytree(database, tmp_path, dirs_exist_ok=True)
    made = Platform(tmp_path)
    yield made
    if made.process.poll() is None:
        made.stop()


def test_the_first_start_tells_the_password_once_and_everything_works(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    said = platform.said()
    assert len(re.findall(r"admin", said)) == 1
    assert "Traceback" not in said
    assert "Warning" not in said

    page = platform.get("/admin/login/")
    assert page.status_code == 200
    style = re.search(r'href="(/static/[^"]+\.css)"', page.text)
    assert style is not None
    assert platform.get(style[1]).status_code == 200

    async def knock() -> int:
        try:
            async with connect(platform.url.replace("http", "ws") + "/ws/nowhere") as talk:
                await talk.recv()
        except InvalidStatus as refusal:
            return refusal.response.status_code
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 0
        return 0

    assert asyncio.run(knock()) in {CLOSE_UNKNOWN, 403}  # closed before it was accepted

    identity = platform.get('/probe/queue/note/"hello"').text
    assert platform.get(f"/probe/wait/{identity}").text == "SUCCESS"
    assert platform.noted() == ["hello"]
    platform.wait_for(lambda: platform.kept() == 0)

    assert platform.stop(signal.SIGINT) < 5
    second = Platform(platform.folder)
    assert "admin" not in second.said()
    assert second.stop() < 5


def test_a_job_cut_short_by_a_kill_is_done_by_the_next_process(platform: Platform) -> None:
    child = platform.child()
    platform.get("/probe/queue/drag/2")
    platform.wait_for(lambda: len(platform.noted()) == 1)
    os.kill(child, signal.SIGKILL)
    assert platform.get("/admin/login/").status_code == 200  # nobody is refused meanwhile
    assert platform.child() != child
    platform.wait_for(lambda: "ended" in platform.noted())
    assert len(platform.noted()) == 3
    platform.wait_for(lambda: platform.kept() == 0)


def test_hup_swaps_the_process_and_its_unfinished_jobs_go_on(platform: Platform) -> None:
    child = platform.child()
    platform.get("/probe/queue/drag/30")
    platform.wait_for(lambda: len(platform.noted()) == 1)
    platform.process.send_signal(signal.SIGHUP)
    while "reloaded in" not in platform.said():
        assert platform.get("/admin/login/").status_code == 200
    assert platform.child() != child
    platform.wait_for(lambda: len(platform.noted()) == 2)
    assert platform.stop() < 5  # though the job still has half a minute to go
    assert platform.kept() == 1


def test_a_slow_view_does_not_hold_up_the_end(platform: Platform) -> None:
    waiting = subprocess.Popen(  # noqa: S603 - ourselves
        [
            sys.executable,
            "-c",
            f"import httpx; httpx.get('{platform.url}/probe/doze/30', timeout=60)",
        ],
        stderr=subprocess.DEVNULL,
    )
    time.sleep(1)
    assert platform.stop() < 5
    waiting.wait(10)


def test_a_supervisor_that_is_killed_leaves_no_orphan(platform: Platform) -> None:
    child = platform.child()
    platform.process.kill()
    platform.process.wait(5)
    until = time.monotonic() + 10
    while Path(f"/proc/{child}").exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_second_one_on_the_same_folder_is_refused_and_harms_nothing(platform: Platform) -> None:
    platform.get("/probe/queue/drag/3")
    platform.wait_for(lambda: len(platform.noted()) == 1)
    code, said = platform.second()
    assert code == 1
    assert f"is in use by process {platform.process.pid}, which answers at {platform.url}" in said
    assert len(said.splitlines()) == 1
    os.kill(platform.child(), signal.SIGKILL)  # the next child has the folder, too
    platform.wait_for(lambda: "ended" in platform.noted())
    assert platform.second()[0] == 1
    assert [line.split()[0] for line in platform.noted()] == ["began", "began", "ended"]


def test_another_can_start_right_after_a_kill(platform: Platform) -> None:
    platform.process.kill()
    platform.process.wait(5)
    after = Platform(platform.folder)
    assert "Traceback" not in after.said()
    assert after.stop() < 5


def test_a_taken_port_is_one_line(platform: Platform) -> None:
    port = platform.url.rsplit(":", 1)[1]
    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "manage.py", "up", "--port", port],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "ATRIUM_BOOTSTRAPPED": "1",
            "DJANGO_SETTINGS_MODULE": "",
            "ATRIUM_DATA_DIR": str(platform.folder / "elsewhere"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"atrium: port {port} is taken")
    assert len(ended.stderr.strip().splitlines()) == 1
