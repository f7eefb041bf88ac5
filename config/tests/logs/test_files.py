import logging
import subprocess
import sys
from pathlib import Path

from config.env import BASE_DIR
from config.logs.files import SharedFileHandler

WRITE = """
import logging, sys
from config.logs.files import SharedFileHandler
handler = SharedFileHandler(path=sys.argv[1], max_bytes=4000, backups=50)
handler.setFormatter(logging.Formatter("%(message)s"))
for number in range(400):
    handler.emit(logging.LogRecord("x", 20, "", 0, f"{sys.argv[2]}-{number:04}", None, None))
"""


def _record(text: str) -> logging.LogRecord:
    return logging.LogRecord("x", logging.INFO, "", 0, text, None, None)


def test_several_processes_lose_no_line_while_files_are_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "a.log"
    command = [sys.executable, "-c", WRITE, str(path)]
    writers = [
        subprocess.Popen([*command, name], cwd=BASE_DIR)  # noqa: S603 - our own command
        for name in ("a", "b", "c")
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    files = [file for file in path.parent.glob("a.log*") if file.suffix != ".lock"]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert sorted(lines) == sorted(f"{w}-{n:04}" for w in "abc" for n in range(400))
    assert len(files) > 1
    assert max(file.stat().st_size for file in files) <= 4100


def test_no_more_files_are_kept_than_asked_for(tmp_path: Path) -> None:
    handler = SharedFileHandler(path=str(tmp_path / "a.log"), max_bytes=100, backups=2)
    for _each in range(50):
        handler.emit(_record("x" * 40))
    handler.close()
    names = {file.name for file in tmp_path.iterdir()} - {"a.log.lock"}
    assert names == {"a.log", "a.log.1", "a.log.2"}


def test_a_file_that_somebody_took_away_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    handler = SharedFileHandler(path=str(path), max_bytes=1000, backups=2)
    handler.emit(_record("one"))
    path.unlink()
    handler.emit(_record("two"))
    handler.close()
    assert path.read_text() == "two\n"
