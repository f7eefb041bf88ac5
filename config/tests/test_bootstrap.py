import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from config import bootstrap
from config.bootstrap import BootstrapError
from config.env import BASE_DIR

LOCK = "alpha==1.0 \\\n    --hash=sha256:00\nbeta==2.0 ; os_name < '3' \\\n    --hash=sha256:11\n"


class Left(Exception):  # noqa: N818 - it is no error
    """Stands for the exec that replaces the process."""


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Give us a checkout of our own and an installer that only notes what it is asked."""
    asked: list[list[str]] = []
    (tmp_path / "requirements").mkdir()
    for kind in ("base", "dev"):
        (tmp_path / "requirements" / f"{kind}.lock").write_text(LOCK)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.delenv(bootstrap.AS_IT_IS, raising=False)

    def execv(program: object, command: Sequence[str]) -> None:
        raise Left(str(program), *command)

    def installers() -> Iterator[tuple[str, list[str]]]:
        yield "a fake", _says("Collecting alpha==1.0", "Installing collected packages")

    def install(command: Sequence[str], expected: int) -> str:
        asked.append(list(command))
        return real_install(command, expected)

    real_install = bootstrap._install
    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(bootstrap, "installers", installers)
    monkeypatch.setattr(bootstrap, "_install", install)
    return asked


def _says(*lines: str, code: int = 0) -> list[str]:
    program = f"print({chr(10).join(lines)!r}); raise SystemExit({code})"
    return [sys.executable, "-c", program]


def _locks(asked: list[list[str]]) -> list[str]:
    return [Path(command[-1]).name for command in asked]


def test_the_first_start_makes_the_environment_and_carries_on_inside(
    machine: list[list[str]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(Left) as left:
        bootstrap.enter(["manage.py", "up"])
    assert left.value.args == (
        str(tmp_path / ".venv/bin/python"),
        str(tmp_path / ".venv/bin/python"),
        *sys.orig_argv[1:],
    )
    assert _locks(machine) == ["base.lock"]
    said = capsys.readouterr().out
    assert "making" in said
    assert "installing up to 2 packages with a fake" in said
    assert "ready in" in said
    assert all(line.startswith("atrium: ") for line in said.splitlines())


def test_the_next_start_installs_nothing(machine: list[list[str]]) -> None:
    for _ in range(2):
        with pytest.raises(Left):
            bootstrap.enter(["manage.py", "up"])
    assert len(machine) == 1


def test_a_changed_lock_is_installed(machine: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", "up"])
    (tmp_path / "requirements" / "base.lock").write_text(LOCK.replace("1.0", "1.1"))
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", "up"])
    assert len(machine) == 2


@pytest.mark.parametrize("argv", [["test"], ["setup", "--dev"]])
def test_developers_get_more_and_that_is_enough_for_the_rest(
    machine: list[list[str]], argv: list[str]
) -> None:
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", *argv])
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", "up"])
    assert _locks(machine) == ["dev.lock"]


def test_inside_a_fresh_environment_nothing_happens(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", "up"])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    bootstrap.enter(["manage.py", "migrate"])
    assert len(machine) == 1


def test_inside_a_stale_environment_it_is_brought_up_to_date(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", "up"])
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    (tmp_path / "requirements" / "base.lock").write_text("gamma==1\n")
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", "migrate"])
    assert len(machine) == 2


def test_an_environment_made_by_hand_is_left_alone(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    venv.create(tmp_path / ".venv", with_pip=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    bootstrap.enter(["manage.py", "up"])
    assert machine == []


def test_the_python_at_hand_is_used_as_it_is_when_that_is_asked(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(bootstrap.AS_IT_IS, "1")
    bootstrap.enter(["manage.py", "up"])
    assert machine == []


def test_a_broken_environment_is_made_anew(machine: list[list[str]], tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to("/no/such/python")
    with pytest.raises(Left):
        bootstrap.enter(["manage.py", "up"])
    assert bootstrap._works()
    assert len(machine) == 1


def test_the_next_installer_is_tried_when_one_fails(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def installers() -> Iterator[tuple[str, list[str]]]:
        yield "the first", _says("ERROR: no", code=1)
        yield "the second", _says("fine")

    monkeypatch.setattr(bootstrap, "installers", installers)
    bootstrap.build("base")
    assert len(machine) == 2
    assert bootstrap.is_fresh("base")


def test_a_failure_ends_in_one_line_that_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        bootstrap, "installers", lambda: iter([("a", _says("ERROR: no route", "bye", code=1))])
    )
    with pytest.raises(BootstrapError) as refusal:
        bootstrap.build("base")
    assert str(refusal.value).endswith("ERROR: no route")
    assert "\n" not in str(refusal.value)
    assert not bootstrap.is_fresh("base")


def test_without_any_pip_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "installers", lambda: iter(()))
    with pytest.raises(BootstrapError, match="install the package python3-pip"):
        bootstrap.build("base")


def test_an_environment_that_cannot_be_made_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "python").write_text("#!/bin/sh\necho 'no ensurepip here' >&2\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(BootstrapError, match="no ensurepip here; install the package python3-venv"):
        bootstrap.build("base")


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (3, 99))
    with pytest.raises(BootstrapError, match=r"Python 3\.99 or newer is needed"):
        bootstrap.enter(["manage.py", "up"])


def test_progress_is_told_every_few_packages(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"Collecting package{number}" for number in range(25)]
    assert bootstrap._install(_says(*lines), 30) == ""
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["atrium:", "10", "of", "up", "to", "30"],
        ["atrium:", "20", "of", "up", "to", "30"],
    ]


def test_an_installer_that_dies_in_silence_is_told_by_its_code() -> None:
    assert bootstrap._install(_says(code=9), 1) == "exit 9"


def test_the_ways_to_install_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    runs = {("uv", "--version"), (sys.executable, "-m", "pip", "--python", "x", "--version")}
    monkeypatch.setattr(bootstrap, "PYTHON", Path("x"))
    monkeypatch.setattr(
        "config.bootstrap.shutil.which", lambda name: "uv" if name == "uv" else None
    )
    monkeypatch.setattr(bootstrap, "_runs", lambda *command: command in runs)
    monkeypatch.setattr(bootstrap, "_bundled_wheels", lambda: iter([Path("/w/pip-1.whl")]))
    ways = dict(bootstrap.installers())
    assert list(ways) == ["uv", "the system's pip", "the bundled pip-1.whl"]
    assert ways["the bundled pip-1.whl"][:2] == ["x", "/w/pip-1.whl/pip"]
    assert all("--require-hashes" in command for command in ways.values())


def test_apt_gives_its_wheel_without_installing_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[str] = []
    wheel = tmp_path / "usr/share/python-wheels/pip-23.0.1-py3-none-any.whl"

    def fetches(folder: Path, command: Sequence[str]) -> bool:
        asked.append(command[-1])
        if command[-1] == "python3-pip-whl" and "update" in asked:
            (folder / "python3-pip-whl.deb").touch()
        return "update" in asked

    def runs(*_command: str) -> bool:
        wheel.parent.mkdir(parents=True)
        wheel.touch()
        return True

    monkeypatch.setattr("config.bootstrap.shutil.which", lambda name: name)
    monkeypatch.setattr(bootstrap, "_fetches", fetches)
    monkeypatch.setattr(bootstrap, "_runs", runs)
    assert bootstrap._wheel_by_apt(tmp_path) == wheel
    assert asked == ["python3-pip-whl", "update", "python3-pip-whl"]


def test_where_there_is_no_apt_it_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("config.bootstrap.shutil.which", lambda _name: None)
    assert bootstrap._wheel_by_apt(tmp_path) is None


def test_a_failed_fetch_is_no_error(tmp_path: Path) -> None:
    assert not bootstrap._fetches(tmp_path, [sys.executable, "-c", "raise SystemExit(1)"])


def test_bundled_wheels_come_newest_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for version in ("22.0", "23.0"):
        (tmp_path / f"pip-{version}-py3-none-any.whl").touch()
    monkeypatch.setattr(bootstrap, "DISTRIBUTION_WHEELS", tmp_path)
    monkeypatch.setattr(bootstrap, "find_spec", lambda _name: None)
    assert [wheel.name[:8] for wheel in bootstrap._bundled_wheels()] == ["pip-23.0", "pip-22.0"]


def test_what_runs_before_the_environment_is_readable_by_an_old_python() -> None:
    import ast  # noqa: PLC0415 - of use here alone

    for name in ("manage.py", "config/__init__.py", "config/bootstrap.py"):
        ast.parse((BASE_DIR / name).read_text(), feature_version=(3, 9))


def test_what_runs_before_the_environment_needs_nothing_installed() -> None:
    program = "import sys, config.bootstrap; print([m for m in sys.modules if 'django' in m])"
    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-SE", "-c", program],
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == "[]"


def test_no_lock_lacks_what_the_smaller_one_has() -> None:
    def pins(kind: str) -> set[str]:
        lines = (BASE_DIR / "requirements" / f"{kind}.lock").read_text().splitlines()
        return {
            line.split(" ")[0].rstrip("\\") for line in lines if "==" in line and line[0] != " "
        }

    assert pins("base")
    assert pins("base") <= pins("dev")
    assert pins("base") <= pins("prod")
