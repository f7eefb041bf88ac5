"""uvicorn, set up the way Atrium is served."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.supervisors import multiprocess

from apps.monitor.services.health import health

GRACE_SECONDS = 2
"""How long requests at hand may take once the server was told to stop."""

DRAIN_SECONDS = 0.3
"""Who connected just before that is still heard for so long; uvicorn would close on him at once."""

KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy in front keeps an idle connection (nginx: 60), so that it closes it."""

ABORT_SECONDS = 3.0
"""How long a socket that is over may take to hand out what is left; then it is cut."""


class Sockets(WebSocketsSansIOProtocol):
    """Cuts the connection to a client that reads nothing any more.

    uvicorn closes it in good order, which waits for the client without end.
    """

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self._cut_later()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_later()

    def _cut_later(self) -> None:
        self.loop.call_later(ABORT_SECONDS, self.transport.abort)


SERVED: dict[str, Any] = {
    "lifespan": "on",
    "log_config": None,
    "access_log": False,
    "server_header": False,
    "proxy_headers": False,  # whom to believe is decided by ATRIUM_TRUSTED_PROXIES alone
    "ws": Sockets,
    "ws_max_size": 1024 * 1024,  # bytes
    "ws_per_message_deflate": False,  # 40 kB for each socket, for messages of a few hundred bytes
    "timeout_keep_alive": KEEP_ALIVE_SECONDS,
    "timeout_graceful_shutdown": GRACE_SECONDS,
}


class Server(uvicorn.Server):
    """Tells when it serves and when it was told to stop, and leaves the exit code alone.

    Args:
        application: The ASGI application, or the dotted path to it.
        on_ready: Called once, when connections are answered.
        on_stop: Called at the first signal to stop.
    """

    def __init__(
        self, application: Any, *, on_ready: Callable[[], None], on_stop: Callable[[], None]
    ) -> None:
        super().__init__(uvicorn.Config(application, **SERVED))
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)  # we say so ourselves
        self._on_ready = on_ready
        self._on_stop = on_stop
        # uvicorn raises the signal anew after serving, into the handler that was there before;
        # the default one would kill us before the rest has stopped.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: Any = None) -> None:
        if not settings.EMBEDDED:  # there nobody stands in front who would go elsewhere
            await asyncio.sleep(settings.ATRIUM.drain_seconds)
        for server in self.servers:
            server.close()
        await asyncio.sleep(DRAIN_SECONDS)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        is_first = not self.should_exit
        super().handle_exit(sig, frame)
        if is_first:
            health.is_draining = True
            self._on_stop()


class OneOfMany(uvicorn.Server):
    """The server of one process among several: it drains as `Server` does."""

    async def shutdown(self, sockets: Any = None) -> None:
        await asyncio.sleep(settings.ATRIUM.drain_seconds)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        health.is_draining = True
        super().handle_exit(sig, frame)


class Process(multiprocess.Process):
    """A process of `serve --workers`, with our server in it."""

    @property
    def server(self) -> uvicorn.Server:
        """Return the server; made in the process that serves."""
        if self._server is None:
            self._server = OneOfMany(self.config)
        return self._server


def serve_many(
    application: str, listener: socket.socket, *, workers: int, start_seconds: int
) -> None:
    """Serve from several processes until told to stop."""
    config = uvicorn.Config(
        application, workers=workers, timeout_worker_healthcheck=start_seconds, **SERVED
    )
    multiprocess.Process = Process  # type: ignore[misc] # uvicorn has no other way to choose the server
    multiprocess.Multiprocess(config, sockets=[listener]).run()
