import re
from typing import Any

import pytest
import yaml

from config.celery import app
from config.env import BASE_DIR, Env, dotenv, read_env
from config.queues import NAMES

DOCKER = BASE_DIR / "docker"
OURS = {"prepare", "web", "worker", "worker-slow", "beat", "flower"}


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


def test_the_processes_of_the_scaled_mode_are_there(compose: Any) -> None:
    commands = {name: " ".join(compose["services"][name]["command"]) for name in OURS}
    assert "manage.py migrate" in commands["prepare"]
    assert "manage.py init" in commands["prepare"]
    assert "manage.py serve" in commands["web"]
    assert "manage.py worker" in commands["worker"]
    assert "manage.py beat" in commands["beat"]


def test_every_queue_has_a_worker(compose: Any) -> None:
    read = [
        queue
        for name in ("worker", "worker-slow")
        for queue in compose["services"][name]["command"][4].split(",")
    ]
    assert sorted(read) == sorted(NAMES)


def test_a_worker_has_time_to_end(compose: Any) -> None:
    for name in ("worker", "worker-slow"):
        grace = compose["services"][name]["stop_grace_period"]
        assert int(grace.removesuffix("s")) > app.conf.worker_soft_shutdown_timeout


def test_flower_is_not_started_by_itself_nor_without_a_password(compose: Any) -> None:
    flower = compose["services"]["flower"]
    assert flower["profiles"] == ["flower"]
    assert "$${FLOWER_BASIC_AUTH:?" in flower["command"][-1]
    assert flower["environment"]["FLOWER_BASIC_AUTH"] == "${FLOWER_BASIC_AUTH-}"
    assert all(port.startswith("127.0.0.1:") for port in flower["ports"])


def test_nothing_of_ours_starts_before_the_database_is_prepared(compose: Any) -> None:
    for name in OURS - {"prepare"}:
        condition = compose["services"][name]["depends_on"]["prepare"]["condition"]
        assert condition == "service_completed_successfully"


def test_our_processes_may_write_nothing_but_uploads(compose: Any) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["volumes"] == ["media:/app/var/media"]


def test_no_password_is_written_down(compose: Any) -> None:
    text = (DOCKER / "compose.yaml").read_text()
    assert re.findall(r"PASS(?:WORD)?: (?!\$\{)", text) == []
    assert set(compose["services"]["web"]["environment"]) == {
        "DATABASE_URL",
        "REDIS_URL",
        "CELERY_BROKER_URL",
        "ATRIUM_DRAIN_SECONDS",
    }


def test_the_image_does_not_run_as_root() -> None:
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER atrium"]
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert any("--require-hashes" in line for line in lines)


def test_the_proxy_lets_websockets_through_and_as_large_a_body_as_we_read() -> None:
    text = (DOCKER / "nginx.conf").read_text()
    assert "proxy_set_header Upgrade $http_upgrade;" in text
    size = re.search(r"client_max_body_size (\d+)m;", text)
    assert size is not None
    assert int(size[1]) * 1024 * 1024 == Env().max_body_bytes


def test_the_example_of_the_containers_settings_is_one() -> None:
    given = read_env(dotenv(DOCKER / "atrium.env.example"))
    assert given.allowed_hosts == ("localhost",)
    assert given.secret_key == ""
