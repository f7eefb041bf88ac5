"""The logging of every process: one handler to the terminal, one to a file where that is wanted."""

from __future__ import annotations

import logging.config
from pathlib import Path
from typing import Any

from config.env import Env
from config.values import EnvironmentKeyError

TEXT = "config.logs.lines.text_formatter"
JSON = "config.logs.lines.json_formatter"


def logging_config(env: Env, *, data_dir: Path) -> dict[str, Any]:
    """Return Django's `LOGGING`.

    Raises:
        EnvironmentKeyError: The log file would lie outside of the data folder.
    """
    is_json = env.log_format == "json" or (env.log_format == "auto" and env.env == "production")
    handlers: dict[str, Any] = {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
    }
    if env.log_file:
        handlers["file"] = {
            "()": "config.logs.files.SharedFileHandler",
            "path": str(_inside(data_dir, env.log_file)),
            "max_bytes": env.log_file_bytes,
            "backups": env.log_file_backups,
            "formatter": "line",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JSON if is_json else TEXT}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": env.log_level},
        "loggers": {
            # Every refusal is an answer, not an event of ours.
            "django.request": {"level": "ERROR"},
            # They would write a line of their own for each request that leaves us.
            "urllib3": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """Set the standard library's logging up, and structlog on top of it."""
    from config.logs.lines import bind_structlog  # noqa: PLC0415 - only a process that logs loads it

    logging.config.dictConfig(config)
    bind_structlog()


def _inside(data_dir: Path, name: str) -> Path:
    path = (data_dir / name).resolve()
    if not path.is_relative_to(data_dir.resolve()) or path == data_dir.resolve():
        msg = f"ATRIUM_LOG_FILE={name!r} is not a file below the data folder"
        raise EnvironmentKeyError(msg)
    return path
