from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from apps.files.models import Node
from apps.files.tests.factories import picture, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    """Somebody without a token."""
    return APIClient()


PATH = "/api/v1/sys/users/me/avatar/upload"


def _upload(client: Any, name: str = "me.png", content: bytes | None = None) -> Any:
    file = SimpleUploadedFile(name, picture() if content is None else content)
    return client.post(PATH, {"file": file}, format="multipart")


def test_everybody_has_a_picture_of_their_own(client_with: Any, api: Any) -> None:
    client = client_with()
    url = _upload(client).json()["data"]["url"]
    assert client.get("/api/v1/sys/users/me").json()["data"]["avatar"] == url
    answer = api.get(url)
    assert b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    _upload(client)
    assert api.get(url).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [("a.txt", b"x", 400), ("a.png", b"x", 400), ("a.svg", b"<svg/>", 400), ("a.png", b"", 400)],
)
def test_only_a_picture_will_do(client_with: Any, name: str, content: bytes, status: int) -> None:
    client = client_with()
    assert _upload(client, name, content).status_code == status
    assert client.post(PATH, {}, format="multipart").status_code == 422
    assert not Node.objects.exists()


def test_an_address_is_not_guessed(api: Any, user: Any) -> None:
    stored(user, "a.png", picture())
    for token in ("None", "x" * 43, "", "..", "%00"):
        assert api.get(f"/api/v1/files/public/{token}").status_code == 404


def test_pictures_are_not_changed_without_end(client_with: Any) -> None:
    client = client_with()
    statuses = [_upload(client).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
