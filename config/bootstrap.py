"""Make `.venv` from the hashed lock and carry on inside it.

Standard library only and readable by Python 3.9: it runs before anything is installed, and before
it is known which Python this is.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)
AS_IT_IS = "ATRIUM_BOOTSTRAPPED"
"""Set in the environment, it makes us use the running Python as it is, whoever filled it."""

DEV_COMMANDS = frozenset({"test"})
"""Commands that need what developers need; the rest runs on `requirements/base.lock` alone."""

DISTRIBUTION_WHEELS = Path("/usr/share/python-wheels")
STEP = 10  # packages between two lines of progress
TAIL = 12  # lines of an installer's output that are kept for the case that it fails


class BootstrapError(SystemExit):
    """The environment cannot be made; the process ends with one line that says what to do."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"atrium: {problem}")


def enter(argv: Sequence[str]) -> None:
    """Return inside the platform's environment, made or brought up to date where that is needed.

    Args:
        argv: The command line, as in `sys.argv`.

    Raises:
        BootstrapError: The environment cannot be made on this machine.
    """
    if os.environ.get(AS_IT_IS):
        return
    kind = "dev" if (argv[1:2] and argv[1] in DEV_COMMANDS) or "--dev" in argv[1:] else "base"
    is_inside = Path(sys.prefix).resolve() == VENV.resolve()
    if is_inside and not any(VENV.glob(".atrium-*")):
        return  # made by hand: its owner sees to the packages
    if not is_fresh(kind):
        _refuse_old_python()
        with _one_at_a_time():
            if not is_fresh(kind):
                build(kind)
    elif is_inside:
        return
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *sys.orig_argv[1:]])  # noqa: S606 - ourselves, in the environment


def is_fresh(kind: str) -> bool:
    """Tell whether the environment holds what the lock of this kind asks for."""
    try:
        stamp = (VENV / f".atrium-{kind}").read_text()
    except OSError:
        return False
    return PYTHON.exists() and stamp == _digest(kind)


def build(kind: str) -> None:
    """Make or refill the environment from the lock, saying what happens.

    Raises:
        BootstrapError: No installer is at hand, or each of them failed.
    """
    started = time.monotonic()
    if not _works():
        _make()
    lock = ROOT / "requirements" / f"{kind}.lock"
    expected = len(re.findall(r"(?m)^[A-Za-z0-9][^#\n]*==", lock.read_text()))
    problem = ""
    for name, command in installers():
        say(f"installing up to {expected} packages with {name} (once; takes half a minute or so)")
        problem = _install([*command, "-r", str(lock)], expected)
        if not problem:
            break
    else:
        raise BootstrapError(_advice(problem))
    # The lock of developers holds all of the other one.
    for done in {kind, "base"}:
        (VENV / f".atrium-{done}").write_text(_digest(done))
    say(f"ready in {time.monotonic() - started:.0f} s")


def _advice(problem: str) -> str:
    if problem:
        return f"the packages could not be installed, run the same command again: {problem}"
    return "there is no pip here; install the package python3-pip, then run the same command again"


def installers() -> Iterator[tuple[str, list[str]]]:
    """Yield the ways to fill the environment that this machine has, best first: name, command."""
    pip = ["--disable-pip-version-check", "--no-input", "install", "--require-hashes", "--no-deps"]
    uv = shutil.which("uv")
    if uv and _runs(uv, "--version"):
        options = ["--no-progress", "--require-hashes", "--no-deps"]
        yield "uv", [uv, "pip", "install", "--python", str(PYTHON), *options]
    if _runs(str(PYTHON), "-m", "pip", "--version"):
        yield "pip", [str(PYTHON), "-m", "pip", *pip]
    elsewhere = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if _runs(*elsewhere, "--version"):
        yield "the system's pip", [*elsewhere, *pip]
    for wheel in _bundled_wheels():
        yield f"the bundled {wheel.name}", [str(PYTHON), f"{wheel}/pip", *pip]
    with tempfile.TemporaryDirectory() as folder:
        fetched = _wheel_by_apt(Path(folder))
        if fetched:
            yield f"{fetched.name}, fetched by apt", [str(PYTHON), f"{fetched}/pip", *pip]


def say(text: str) -> None:
    """Tell the person at the terminal what is going on."""
    sys.stdout.write(f"atrium: {text}\n")
    sys.stdout.flush()


def _refuse_old_python() -> None:
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), sys.version.split()[0]
        msg = f"Python {wanted} or newer is needed and this is {found}; install python{wanted}"
        raise BootstrapError(msg)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second start wait until the first has made the environment."""
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(kind: str) -> str:
    """Return what a stamp must say: the lock's content and the Python below the environment."""
    lock = (ROOT / "requirements" / f"{kind}.lock").read_bytes()
    return f"{hashlib.sha256(lock).hexdigest()} {PYTHON.resolve()}\n"


def _works() -> bool:
    """Tell whether the environment's Python starts and is the one its folders were made for."""
    if not _runs(str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        return False
    made_for = {path.name for path in (VENV / "lib").glob("python3.*")}
    return PYTHON.resolve().name in made_for or len(made_for) == 1


def _make() -> None:
    say(f"making {VENV}")
    shutil.rmtree(VENV, ignore_errors=True)
    # Without pip: it takes seconds to install, and Debian keeps ensurepip in a package of its own.
    command = [sys.executable, "-m", "venv", "--without-pip", str(VENV)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
    if made.returncode:
        last = (made.stderr.strip() or made.stdout.strip() or "unknown").splitlines()[-1]
        msg = f"{VENV} could not be made: {last}; install the package python3-venv"
        raise BootstrapError(msg)


def _runs(*command: str) -> bool:
    try:
        ended = subprocess.run(  # noqa: S603 - built above, no shell
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
    except OSError:
        return False
    return ended.returncode == 0


def _install(command: Sequence[str], expected: int) -> str:
    """Run an installer; return "" or why it failed."""
    tail: deque[str] = deque(maxlen=TAIL)
    seen = 0
    with subprocess.Popen(  # noqa: S603 - built above, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            tail.append(line.strip())
            if line.startswith("Collecting "):
                seen += 1
                if seen % STEP == 0:
                    say(f"  {seen} of up to {expected}")
            elif line.startswith("Installing "):
                say("  unpacking")
    if process.returncode == 0:
        return ""
    errors = [line for line in tail if line.lower().startswith("error")]
    return (errors or [line for line in tail if line] or [f"exit {process.returncode}"])[-1]


def _bundled_wheels() -> Iterator[Path]:
    """Yield pip as it lies on this machine for `ensurepip`, newest first."""
    folders = [DISTRIBUTION_WHEELS]
    spec = find_spec("ensurepip")  # Debian leaves it out
    if spec is not None and spec.origin:
        folders.append(Path(spec.origin).parent / "_bundled")
    for folder in folders:
        yield from sorted(folder.glob("pip-*.whl"), reverse=True)


def _wheel_by_apt(folder: Path) -> "Path | None":
    """Return Debian's own wheel of pip, fetched from the mirrors this machine already trusts.

    Nothing is installed and no rights are needed: apt checks the signature and unpacks into
    `folder`.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return None
    say("there is no pip here; asking apt for its wheel")
    own = [f"-oDir::State={folder}", f"-oDir::Cache={folder}", "-oDebug::NoLocking=1"]
    (folder / "lists" / "partial").mkdir(parents=True)
    package = ["download", "python3-pip-whl"]
    if not _fetches(folder, ["apt-get", "-qq", *package]):  # the machine's lists may be old
        _fetches(folder, ["apt-get", "-qq", *own, "update"])
        _fetches(folder, ["apt-get", "-qq", *own, *package])
    for archive in folder.glob("*.deb"):
        _runs("dpkg-deb", "-x", str(archive), str(folder))
    found = sorted((folder / DISTRIBUTION_WHEELS.relative_to("/")).glob("pip-*.whl"))
    return found[-1] if found else None


def _fetches(folder: Path, command: Sequence[str]) -> bool:
    ended = subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - fixed
    return ended.returncode == 0
