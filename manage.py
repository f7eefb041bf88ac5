#!/usr/bin/env python3
"""Run the platform's commands; `up` starts it and `test` tests it, on a machine with nothing but Python."""

import os
import sys

from config import bootstrap


def main(argv: list[str]) -> int:
    """Run one command, in the environment that `bootstrap` makes."""
    bootstrap.enter(argv)
    command = argv[1] if len(argv) > 1 else "help"
    if command == "setup":
        return 0  # the environment is there now, and that was all
    if command == "test":
        import pytest

        return pytest.main(argv[2:])
    from config.env import env

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{env.env}")
    if command == "up":
        from config.runtime.supervisor import main as supervise

        return supervise(argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
