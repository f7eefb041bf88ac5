import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import storages

from apps.monitor.services import health as subject
from apps.monitor.services.health import Health, health, try_broker, try_cache, try_storage


@pytest.mark.django_db(transaction=True)
def test_the_parts_of_this_process_are_well() -> None:
    parts = health.parts()
    assert set(parts) == {"database", "cache", "broker", "storage"}
    assert {name: part.state for name, part in parts.items()} == dict.fromkeys(parts, "ok")


def test_many_who_ask_cost_one_try() -> None:
    tries: list[int] = []
    found = Health({"cache": lambda: tries.append(1)})
    for _each in range(20):
        found.parts()
    assert len(tries) == 1


def test_a_try_that_hangs_is_not_joined_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "TRY_SECONDS", 0.05)
    monkeypatch.setattr(subject, "KEEP_SECONDS", 0.0)
    gate, tries = threading.Event(), [0]

    def hang() -> None:
        tries[0] += 1
        gate.wait(10)

    found = Health({"database": hang})
    assert [found.parts()["database"].state for _each in range(3)] == ["timeout"] * 3
    assert tries == [1]
    gate.set()


def test_a_cache_that_forgets_at_once_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(cache._connections[cache._alias]), "get", lambda *_a, **_k: None)  # type: ignore[attr-defined] # Django's proxy
    with pytest.raises(OSError, match="was not there"):
        try_cache()


def test_a_broker_that_nobody_answers_for_is_lost(settings: Any) -> None:
    try_broker()
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    from celery import current_app  # noqa: PLC0415

    monkey = pytest.MonkeyPatch()
    monkey.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkey.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    try:
        with pytest.raises(Exception, match=r"refused|Error"):
            try_broker()
    finally:
        monkey.undo()


def test_a_storage_without_folders_is_asked_for_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def path(_name: str) -> str:
        raise NotImplementedError

    monkeypatch.setattr(storages["files"], "path", path)
    asked: list[str] = []
    monkeypatch.setattr(storages["files"], "exists", asked.append)
    try_storage()
    assert asked == ["health"]


def test_a_folder_that_cannot_be_written_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    try_storage()
    monkeypatch.setattr("os.access", lambda *_a: False)
    with pytest.raises(PermissionError):
        try_storage()


def test_a_part_is_as_it_is_since_it_was_first_found_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "KEEP_SECONDS", 0.0)
    is_lost = [False]

    def attempt() -> None:
        if is_lost[0]:
            raise OSError

    found = Health({"cache": attempt})
    assert found.since() == {}
    seen = []
    for lost in (False, False, True, True, False):
        is_lost[0] = lost
        state = found.parts()["cache"].state
        assert state == ("failed" if lost else "ok")
        seen.append(found.since()["cache"])
    assert seen[0] == seen[1] < seen[2] == seen[3] < seen[4]


@pytest.mark.django_db(transaction=True)
def test_the_sample_tells_of_each_part_and_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    told = subject.health_sample()
    assert told["state"] == "ok"
    assert set(told["parts"]) == {"database", "cache", "broker", "storage"}
    assert set(told["parts"]["cache"]) == {"state", "milliseconds", "since"}
    monkeypatch.setattr(health, "is_draining", True)
    assert subject.health_sample()["state"] == "draining"
    monkeypatch.setattr(health, "is_draining", False)
    parts = {**health.parts(), "cache": subject.Part("timeout", 2000.0)}
    monkeypatch.setattr(health, "parts", lambda: parts)
    assert subject.health_sample()["state"] == "failed"
