import pytest
from django.conf import settings

from apps.realtime.selectors.languages import language_of

COOKIE = settings.LANGUAGE_COOKIE_NAME.encode()


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ([], "en"),
        ([(b"accept-language", b"zh-CN")], "zh-hans"),
        ([(b"accept-language", b"en-US,en;q=0.9,zh-CN;q=0.8")], "en"),
        ([(b"accept-language", b"zh-CN,zh;q=0.9,en;q=0.8")], "zh-hans"),
        ([(b"accept-language", b"fr"), (b"accept-language", b"zh")], "zh-hans"),
        ([(b"accept-language", b"xx")], "en"),
        ([(b"accept-language", b"\xff\x00;q=,,")], "en"),
        ([(b"accept-language", b"z" * 9_000)], "en"),
        ([(b"accept-language", b"en"), (b"cookie", COOKIE + b"=zh-hans")], "zh-hans"),
        ([(b"accept-language", b"zh"), (b"cookie", COOKIE + b"=" + b"x" * 9_000)], "zh-hans"),
        ([(b"cookie", b"=;\xff;\x00" + COOKIE)], "en"),
    ],
)
def test_it_is_that_of_the_cookie_else_of_the_browser_else_of_the_site(
    headers: list[tuple[bytes, bytes]], language: str
) -> None:
    assert language_of(headers) == language
