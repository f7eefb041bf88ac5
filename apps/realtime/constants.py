"""Words and bounds of the sockets."""

CLOSE_BAD = 4400
"""Too much of what nobody understands. Source: RFC 6455, 7.4.2 leaves 4000-4999 to applications."""

CLOSE_SIGN_IN = 4401
"""No sign-in in time, or one that has ended."""

CLOSE_SLOW = 4408
"""The client does not take what it is sent."""

CLOSE_TOO_MUCH = 4429
"""The client sends too much at once, or there are too many of it."""

CLOSE_FAULT = 1011
"""Something happened here that nobody expected. Source: RFC 6455, 7.4.1."""

SIGN_IN_SECONDS = 5.0
WATCH_SECONDS = 5.0
"""How often it is looked whether a client may still listen; a kick is heard at once."""

MAX_MESSAGE = 8_192
"""Characters of a message from a client."""

MAX_STRIKES = 10
MAX_TOPICS = 50
QUEUE = 64
"""Messages that wait for one client at most."""

MESSAGES_BURST, MESSAGES_PER_SECOND = 200, 10.0
"""What one client may send: so many messages at once, and so many a second in the long run."""

MAX_STRANGERS = 100
"""Sockets from one address, at one process, on which nobody has signed in yet."""

ADDRESS = "atrium.address"
"""Where the gate of all sockets leaves, in the scope, which address one comes from."""

LAYER_SECONDS = 5.0
"""How long the channel layer may take; then it is out of reach."""

EVERYONE = "everyone"
"""Group of all signed-in clients."""

SESSION_CLOSED = "session.closed"
PERMISSIONS_CHANGED = "permissions.changed"
ACCESS_CHANGED = "access.changed"
"""Tells consumers to look again at what their users may do; clients never see it."""

POKE_SECONDS = 0.2
"""How long such pokes are gathered."""

MAX_POKES = 50
"""Users that are poked one by one; with more, all clients look."""

SPREAD_SECONDS = (0.05, 1.0, 0.004)
"""How long after it they look, not all at once: the first, the last, and what each adds."""

KEPT = "realtime.kept"
"""Type of what goes through the channel layer for an event that is kept."""

SWEEP_SECONDS = 10.0
"""How often it is looked for events whose poke was lost."""

MAX_SWEPT = 1_000
"""Events that are looked at then; the newest count."""

MAX_REPLAY = 500
"""Events that are replayed; with more the client is told that it has to load anew."""

LOOK_BACK_SECONDS = 15.0
"""How long after an event others with a lower id may still come: the longest transaction."""

SLOW_SECONDS = 10.0
"""How long a client may take for a part of a replay."""

MAX_HEARD = 2_000
"""Ids of events that a connection remembers, to send none twice."""

PRUNE_BATCH = 1_000
"""Events deleted in one statement, so that nobody waits long for the table."""

CLIENT_NAMESPACES = ("/", "/ws")
"""Namespaces of Socket.IO that clients may connect to."""

WORKER_STATUS = "task_worker_status"
"""The one event of Socket.IO that is answered. Source: contract, 9.6."""

WORKER_CODES = ("sys:task:list", "sys:task:exec")
"""One of them is needed to hear which workers there are, as for `GET /tasks/workers`."""

MAX_VISITS = 20
"""Connections of Socket.IO that one user may have at one process."""

FRAMES_BURST, FRAMES_PER_SECOND = 30, 5.0
"""What such a connection may send: so many frames at once, and so many a second in the long run."""

PING_SECONDS = 1.0
"""How long workers may take to answer. Source: contract, 9.6."""

PING_LATE_SECONDS = 4.0
"""How long the broker may take besides."""

PING_KEEP_SECONDS = 2.0
"""How long the answer counts, so that many who ask cost no more than one."""
