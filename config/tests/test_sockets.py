from channels.testing import WebsocketCommunicator

from config.sockets import CLOSE_UNKNOWN, websocket_application


async def test_an_unknown_socket_is_closed_with_our_code() -> None:
    talk = WebsocketCommunicator(websocket_application(), "/ws/nowhere")
    is_accepted, code = await talk.connect()
    assert not is_accepted
    assert code == CLOSE_UNKNOWN


async def test_a_page_from_elsewhere_is_refused(settings: object) -> None:
    settings.ALLOWED_HOSTS = ["admin.example.org"]  # type: ignore[attr-defined] # pytest-django's
    headers = [(b"origin", b"https://evil.example")]
    talk = WebsocketCommunicator(websocket_application(), "/ws/nowhere", headers=headers)
    is_accepted, code = await talk.connect()
    assert not is_accepted
    assert code != CLOSE_UNKNOWN
