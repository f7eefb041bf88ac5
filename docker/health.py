# noqa: INP001 - a script of the image, not of a package
"""Whether the web process answers; the health check of its container.

Any answer will do, a redirect to HTTPS or a refused host included: what counts is that it comes.
"""

import http.client
import sys

SECONDS = 4


def answers() -> bool:
    """Tell whether an HTTP answer comes that is no server error."""
    talk = http.client.HTTPConnection("127.0.0.1", 8000, timeout=SECONDS)
    try:
        talk.request("HEAD", "/admin/login/")
        return talk.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        talk.close()


if __name__ == "__main__":
    sys.exit(0 if answers() else 1)
