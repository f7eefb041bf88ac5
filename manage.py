#!/usr/bin/env python3
"""Run the platform's commands. `up` and `test` need nothing on the machine but Python."""

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
        import pytest  # noqa: PLC0415 - it is there only from here on

        return pytest.main(argv[2:])
    from config.env import env  # noqa: PLC0415 - a bad key stops us here, in one line

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{env.env}")
    if command == "up":
        from config.runtime.supervisor import main as supervise  # noqa: PLC0415 - no Django in it

        return supervise(argv[2:])
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - see above

    execute_from_command_line(argv)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
