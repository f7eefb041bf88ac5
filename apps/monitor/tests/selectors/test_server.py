from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from django.utils import translation

from apps.monitor.selectors import server
from apps.monitor.selectors.limits import Limits
from apps.monitor.selectors.server import disks, memory, own_address, server_sample, size, span


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Any:
    meter = server._Meter()
    monkeypatch.setattr(server, "meter", meter)
    return meter


def test_who_asks_within_a_second_gets_the_same_sample(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = server_sample()
    monkeypatch.setattr(fresh, "_take", lambda: pytest.fail("measured anew"))
    assert server_sample()["cpu"] is first["cpu"]


def test_a_sample_that_is_older_is_taken_anew(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = server_sample()
    monkeypatch.setattr(server, "SAMPLE_SECONDS", 0.0)
    assert server_sample()["cpu"] is not first["cpu"]


def test_durations_are_told_in_the_words_of_whoever_asks(fresh: Any) -> None:
    with translation.override("zh-hans"):
        assert "秒" in server_sample()["service"]["elapsed"] + "秒"
    with translation.override("en"):
        assert server_sample()["service"]["elapsed"].split()[1].rstrip("s") in {"second", "minute"}


def test_a_container_is_measured_by_its_own_limits(
    fresh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = iter([Limits(cpus=0.5, cpu_seconds=10.0), Limits(cpus=0.5, cpu_seconds=10.25)])
    clock = iter([100.0, 101.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    fresh._usage(next(told))
    assert fresh._usage(next(told)) == 50.0


def test_the_memory_of_a_container_is_what_it_may_use() -> None:
    gigabyte = 1024**3
    limits = Limits(memory_bytes=gigabyte, memory_used_bytes=gigabyte // 4)
    assert memory(limits) == {"total": 1.0, "used": 0.25, "free": 0.75, "usage": 25.0}


def test_a_limit_above_the_machine_is_none() -> None:
    machine = psutil.virtual_memory().total / 1024**3
    assert memory(Limits(memory_bytes=1 << 60))["total"] == round(machine, 2)


def test_a_disk_is_shown_once_and_what_cannot_be_read_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts = [
        SimpleNamespace(device="/dev/a", mountpoint="/", fstype="ext4"),
        SimpleNamespace(device="/dev/a", mountpoint="/again", fstype="ext4"),
        SimpleNamespace(device="/dev/b", mountpoint="/gone", fstype="ext4"),
    ]

    def usage(path: str) -> Any:
        if path == "/gone":
            raise OSError
        return SimpleNamespace(total=1024**4, used=512 * 1024**3, free=1024, percent=50.0)

    monkeypatch.setattr("psutil.disk_partitions", lambda **_: parts)
    monkeypatch.setattr("psutil.disk_usage", usage)
    assert list(disks()) == [
        {
            "dir": "/",
            "device": "/dev/a",
            "type": "ext4",
            "total": "1.00 TB",
            "used": "512.00 GB",
            "free": "1.00 KB",
            "usage": "50.00%",
        }
    ]


def test_a_machine_without_a_network_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.net_if_addrs", dict)
    assert own_address() == "127.0.0.1"


def test_a_machine_that_counts_no_traffic_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.net_io_counters", lambda: None)
    assert server.traffic() == {"sent": 0, "received": 0}


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0.00 B"), (1023, "1023.00 B"), (1024, "1.00 KB"), (251.97 * 1024**3, "251.97 GB")],
)
def test_bytes_are_written_as_people_read_them(number: float, text: str) -> None:
    assert size(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (3600 * 2 + 180, "2 hours 3 minutes"),
        (86_400 + 7200 + 180, "1 day 2 hours 3 minutes"),
        (86_400 * 3, "3 days"),
    ],
)
def test_durations_are_written_as_people_read_them(seconds: int, text: str) -> None:
    assert span(seconds) == text
