"""Primary keys made by us: 63 bits of time, node and count."""

import threading
import time
from collections.abc import Callable

EPOCH_MS = 1_735_689_600_000
"""2025-01-01T00:00:00Z in milliseconds since 1970."""
NODE_BITS, COUNT_BITS = 10, 12
MAX_NODES = 1 << NODE_BITS


class Snowflake:
    """Make ids: 41 bits of milliseconds, 10 of node, 12 of count; rising within a process.

    A clock that goes backwards changes nothing: counting goes on from the last tick.

    Args:
        node: Returns this process' node, 0 to 1023; asked for at the first id.
    """

    def __init__(self, node: Callable[[], int]) -> None:
        self._node_of = node
        self._tick = -1
        self._count = 0
        self.forget_node()

    def forget_node(self) -> None:
        """Ask for a node again at the next id: after a fork, or when the lease was lost."""
        self._mutex = threading.Lock()
        self._node: int | None = None

    def __call__(self) -> int:
        with self._mutex:
            node = self._node
            if node is None:
                node = self._node = self._node_of()
            now = max(time.time_ns() // 1_000_000 - EPOCH_MS, self._tick)
            self._count = self._count + 1 if now == self._tick else 0
            if self._count >> COUNT_BITS:
                now, self._count = now + 1, 0  # borrow the next millisecond
            self._tick = now
            return (now << (NODE_BITS + COUNT_BITS)) | (node << COUNT_BITS) | self._count
