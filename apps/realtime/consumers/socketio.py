"""The socket of clients that speak Socket.IO. Source: contract, 9.5 and 9.6.

WebSocket alone: a client that polls is refused by `api/views.py`, in the words of Engine.IO.
Each process answers its own clients, so nothing is shared between processes.
"""

from __future__ import annotations

import logging
from typing import Any

import socketio
from socketio import packet

from apps.core.errors import DomainError
from apps.realtime.constants import CLIENT_NAMESPACES, MAX_MESSAGE, WORKER_CODES, WORKER_STATUS
from apps.realtime.consumers.visits import Visit
from apps.realtime.errors import NamespaceRefusedError
from apps.realtime.selectors.languages import language_of
from apps.realtime.services.workers import Workers

VISIT = "atrium.visit"
quiet = logging.getLogger("atrium.socketio")
quiet.setLevel(logging.CRITICAL + 1)  # what clients send wrongly is not our fault
log = logging.getLogger(__name__)


class ClientServer(socketio.AsyncServer):  # type: ignore[misc] # the library has no types
    """Hears one event. The library would take `connect` for an event of a client, too."""

    async def _handle_event(self, eio_sid: str, namespace: Any, id: Any, data: Any) -> None:  # noqa: A002 - the parent's name
        if isinstance(data, list) and data and data[0] == WORKER_STATUS:
            await super()._handle_event(eio_sid, namespace, id, data[:1])

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        """Refuse by an object with a `message`; the library itself says "Unable to connect".

        Source: contract, client.md, 4.
        """
        if pkt.packet_type == packet.CONNECT_ERROR and isinstance(pkt.data, str):
            visit: Visit = self.environ[eio_sid]["asgi.scope"][VISIT]
            pkt.data = {"message": visit.text_of(NamespaceRefusedError())}
        await super()._send_packet(eio_sid, pkt)


class Clients(socketio.AsyncNamespace):  # type: ignore[misc] # the library has no types
    """Lets clients in, and tells them which workers answer."""

    def __init__(self, namespace: str, workers: Workers) -> None:
        super().__init__(namespace)
        self._workers = workers

    async def on_connect(self, sid: str, environ: Any, auth: Any = None) -> None:
        visit: Visit = environ["asgi.scope"][VISIT]
        try:
            await visit.enter(sid, self.namespace, auth)
        except DomainError as refusal:
            told = visit.text_of(refusal)
            raise socketio.exceptions.ConnectionRefusedError(told) from refusal

    async def on_task_worker_status(self, sid: str) -> None:
        environ = self.server.get_environ(sid, self.namespace)
        if environ is None:
            return
        visit: Visit = environ["asgi.scope"][VISIT]
        visit.touch()
        answers = await self._workers.answers() if await visit.may_any(WORKER_CODES) else []
        await self.emit(WORKER_STATUS, answers, to=sid)


class SocketIoApplication:
    """The ASGI application of all Socket.IO clients of this process."""

    def __init__(self) -> None:
        self._server = ClientServer(
            async_mode="asgi",
            transports=["websocket"],
            cors_allowed_origins=[],  # whose pages may connect is looked at before we are asked
            max_http_buffer_size=MAX_MESSAGE,
            logger=quiet,
            engineio_logger=quiet,
        )
        workers = Workers()
        for namespace in CLIENT_NAMESPACES:
            self._server.register_namespace(Clients(namespace, workers))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        language = language_of(scope["headers"])
        visit = Visit(receive, send, language=language, say_goodbye=self._server.disconnect)
        inside = {**scope, VISIT: visit}
        try:
            await visit.last(lambda hear, say: self._server.handle_request(inside, hear, say))
        except Exception:  # the boundary around a library that raises at what clients send
            log.info("a client of Socket.IO was let go", exc_info=True)
