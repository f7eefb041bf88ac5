import logging
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import BASE_DIR, Env
from config.logs.setup import JSON, TEXT, logging_config
from config.values import EnvironmentKeyError


@pytest.mark.parametrize(
    ("env", "formatter"),
    [
        (Env(), TEXT),
        (Env(env="production"), JSON),
        (Env(log_format="json"), JSON),
        (Env(env="production", log_format="text"), TEXT),
    ],
)
def test_production_writes_json_and_people_read_text(
    env: Env, formatter: str, tmp_path: Path
) -> None:
    found = logging_config(env, data_dir=tmp_path)
    assert found["formatters"]["line"]["()"] == formatter
    assert found["root"] == {"handlers": ["console"], "level": "INFO"}


def test_a_file_gets_the_same_lines(tmp_path: Path) -> None:
    found = logging_config(Env(log_file="logs/a.log", log_file_backups=3), data_dir=tmp_path)
    assert found["root"]["handlers"] == ["console", "file"]
    assert found["handlers"]["file"]["path"] == str(tmp_path / "logs" / "a.log")
    assert found["handlers"]["file"]["backups"] == 3


@pytest.mark.parametrize("name", ["../a.log", "/etc/passwd", ".", "logs/../../x"])
def test_a_file_lies_below_the_data_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(EnvironmentKeyError, match="ATRIUM_LOG_FILE"):
        logging_config(Env(log_file=name), data_dir=tmp_path)


def test_the_lines_of_servers_and_workers_look_like_ours(tmp_path: Path) -> None:
    code = (
        "import django, logging; django.setup();"
        "from celery.signals import setup_logging; assert setup_logging.receivers;"
        "[logging.getLogger(n).error('x') for n in ('uvicorn.error', 'celery.worker', 'django')]"
    )
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "config.settings.test", "ATRIUM_LOG_FORMAT": "json"},
        check=True,
        capture_output=True,
        text=True,
    )
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 3
    assert all(line.startswith('{"time":"') for line in lines)
    assert logging.getLogger("django.request").level == logging.ERROR
