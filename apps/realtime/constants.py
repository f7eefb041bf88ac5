"""Words and bounds of the socket."""

CLOSE_BAD = 4400
"""Too much of what nobody understands. Source: RFC 6455, 7.4.2 leaves 4000-4999 to applications."""

CLOSE_SIGN_IN = 4401
"""No sign-in in time, or one that has ended."""

CLOSE_SLOW = 4408
"""The client does not take what it is sent."""

SIGN_IN_SECONDS = 5.0
WATCH_SECONDS = 5.0
"""How often it is looked whether a client may still listen; a kick is heard at once."""

MAX_MESSAGE = 8_192
"""Characters of a message from a client."""

MAX_STRIKES = 10
MAX_TOPICS = 50
QUEUE = 64
"""Messages that wait for one client at most."""
