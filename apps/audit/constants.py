"""Numbers and names of the audit that are not settings."""

LOGIN_ROWS = "audit:logins"
"""The cache tag of what was counted in the login log; deletions end it."""

OPERA_ROWS = "audit:operations"
"""The cache tag of what was counted in the operation log; deletions end it."""

CHANGE_ROWS = "audit:changes"
"""The cache tag of what was counted in the history; deletions end it."""

MAX_ARGUMENT_BYTES = 10_240
"""Longer arguments are kept as a preview. Source: contract, 6.1."""

MAX_TEXT = 1_000
"""Most characters that are kept of one value."""

MAX_DEPTH = 20
MAX_VALUES = 2_000
"""Most values that are looked at in one body."""

MASK = "[REDACTED]"

BATCH_SECONDS = 2.0
"""How long reads, and what strangers were refused, wait to be written together."""

MAX_WAITING = 5_000
"""Most rows that wait so in one process; what comes on top is counted and dropped."""

SETTLE_SECONDS = 10
"""How old a row is before it is sealed: younger ones may still be corrected by their request."""

SEAL_BATCH = 5_000
"""Most rows that are sealed while the lock of a chain is held."""
