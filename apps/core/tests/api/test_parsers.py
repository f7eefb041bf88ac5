from io import BytesIO

import pytest
from django.test import override_settings

from apps.core.api.parsers import BodyTooLargeError, MalformedBodyError, OrjsonParser


@pytest.mark.parametrize(("body", "read"), [(b"", {}), (b" \n", {}), (b'{"a": [1]}', {"a": [1]})])
def test_json_is_read_and_no_body_is_an_empty_object(body: bytes, read: object) -> None:
    assert OrjsonParser().parse(BytesIO(body)) == read


def test_the_place_of_a_mistake_is_named() -> None:
    with pytest.raises(MalformedBodyError, match="line 2, column 6"):
        OrjsonParser().parse(BytesIO(b'{\n"a": x}'))


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10)
def test_no_more_than_the_limit_is_read() -> None:
    stream = BytesIO(b"[" * 1000)
    with pytest.raises(BodyTooLargeError):
        OrjsonParser().parse(stream)
    assert stream.tell() == 11


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=None)
def test_without_a_limit_everything_is_read() -> None:
    assert OrjsonParser().parse(BytesIO(b"[1" + b" " * 9999 + b"]")) == [1]
