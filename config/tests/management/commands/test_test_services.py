import sys
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.management.commands import test_services as module
from config.runtime.supervisor import listen

Runs = list[tuple[Mapping[str, str], str]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Note what would be run, with everything reachable; MariaDB's tests fail."""
    made: Runs = []

    def run(_self: Any, urls: Mapping[str, str], selection: str) -> int:
        made.append((urls, selection))
        return int("mariadb" in urls)

    monkeypatch.setattr(module, "is_reachable", lambda _url: True)
    monkeypatch.setattr(module.Command, "_run", run)
    return made


def test_each_set_of_services_gets_its_run_and_a_failure_is_told_at_the_end(runs: Runs) -> None:
    with pytest.raises(CommandError, match=r"^tests failed on MariaDB$"):
        call_command("test_services")
    assert [set(urls) for urls, _selection in runs] == [
        {"postgresql", "redis", "rabbitmq"},
        {"mariadb"},
    ]


def test_what_is_not_reachable_is_named_and_passed_over(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "is_reachable", lambda url: url.startswith("postgresql"))
    call_command("test_services")
    assert runs == []
    said = capsys.readouterr().out
    assert "not reachable: redis, rabbitmq" in said
    assert "MariaDB passed over, not reachable: mariadb" in said


def test_a_run_gets_the_addresses_in_its_environment(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    seen: list[Any] = []

    def run(command: list[str], *, env: Mapping[str, str], **_options: Any) -> Any:
        seen.append((command[0], env["DATABASE_URL"], "DJANGO_SETTINGS_MODULE" in env))
        return type("Ended", (), {"returncode": 0})

    monkeypatch.setattr("subprocess.run", run)
    assert module.Command()._run({"postgresql": "postgresql://x/y"}, "not slow") == 0
    assert seen == [(sys.executable, "postgresql://x/y", False)]


def test_reachable_is_where_somebody_listens() -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert module.is_reachable(f"redis://127.0.0.1:{port}/0")
    assert not module.is_reachable(f"redis://127.0.0.1:{port}/0")
