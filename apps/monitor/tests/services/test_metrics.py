import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apps.monitor.services.metrics import SHARED_DIR, is_scraper

ROOT = Path(__file__).resolve().parents[4]
COUNT = (
    "import django; django.setup();"
    "from apps.monitor.services.metrics import metrics, metrics_text;"
    "m = metrics(); m.request('GET', '/a', 200, 0.01); m.sockets.inc();"
)


def _run(code: str, folder: Path) -> str:
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={**environ, SHARED_DIR: str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def test_processes_that_share_a_folder_tell_the_sum(tmp_path: Path) -> None:
    _run(COUNT, tmp_path)
    told = _run(f"{COUNT} print(metrics_text()[0].decode())", tmp_path)
    # What the process that is gone counted stays; the sockets it had open do not.
    assert 'atrium_http_requests_total{method="GET",route="/a",status="2xx"} 2.0' in told
    assert "atrium_websockets_open 1.0" in told


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer x", "bearer sesame", "Bearer sesameé"])
def test_a_wrong_token_is_none(settings: Any, given: str) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="sesame")
    assert not is_scraper(given)
    assert is_scraper("Bearer sesame")


def test_an_empty_token_opens_nothing(settings: Any) -> None:
    settings.ATRIUM = replace(settings.ATRIUM, metrics_token="")
    assert not is_scraper("Bearer ")
