"""Start and stop of the ASGI server, as seen by the application."""

from typing import Any


class Lifespan:
    """Answers the lifespan protocol."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return
