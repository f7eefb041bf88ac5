"""Entry of the serving process of `up`; `supervisor` starts it."""

import gc
import sys
from collections.abc import Sequence

import django

from config.runtime.claim import keep


def main(argv: Sequence[str]) -> None:
    """Prepare the platform and serve it until told to stop; the process ends in here.

    Args:
        argv: Numbers of the listening socket, of the pipe that tells the supervisor that we serve,
            of the one by which it lets worker and beat start, and of the lock of the data folder,
            if there is one.
    """
    gc.disable()  # what the start makes stays; looking for garbage in it takes a tenth of the time
    listener, ready, go, *locks = map(int, argv)
    for lock in locks:
        keep(lock)
    django.setup()
    from config.runtime.embedded import serve  # noqa: PLC0415 - needs Django set up

    serve(listener=listener, ready=ready, go=go)


if __name__ == "__main__":
    main(sys.argv[1:])
