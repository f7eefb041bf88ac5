# noqa: INP001 - a script of the image, not of a package
"""Whether the web process can do its work; the health check of its container.

Asks for `/health/ready`, which also says no while the server stops or a service is lost: whoever
sends requests here by this check should then send them elsewhere.
"""

import http.client
import sys

SECONDS = 4


def answers() -> bool:
    """Tell whether the process says that it is ready."""
    talk = http.client.HTTPConnection("127.0.0.1", 8000, timeout=SECONDS)
    try:
        talk.request("HEAD", "/health/ready")
        return talk.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        talk.close()


if __name__ == "__main__":
    sys.exit(0 if answers() else 1)
