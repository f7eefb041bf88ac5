"""Start and stop of the ASGI server, as seen by the application."""

import asyncio
from typing import Any

from apps.core.writebehind import run_all
from apps.monitor.services.traces import traces_flush
from config.runtime.layers import home


class Lifespan:
    """Answers the lifespan protocol, and tells the channel layer which loop is the server's."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                home.enter()
                await send({"type": "lifespan.startup.complete"})
            else:
                home.leave()
                # A server that is told to stop ends without Python's farewell, which would do it.
                await asyncio.to_thread(run_all)
                await asyncio.to_thread(traces_flush)
                await send({"type": "lifespan.shutdown.complete"})
                return
