import hashlib
from typing import Any

import pytest

from apps.files.models import Upload
from apps.files.services import uploads

pytestmark = pytest.mark.django_db
PATH = "/api/v1/sys/uploads"
BODY = b"0123456789abc"


@pytest.fixture
def client(client_with: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(uploads, "PART_BYTES", 10)
    return client_with("sys:file:upload", "sys:file:list")


def _put(client: Any, upload: str, number: int, content: bytes, query: str = "") -> Any:
    path = f"{PATH}/{upload}/parts/{number}{query}"
    return client.generic("PUT", path, content, content_type="application/octet-stream")


def test_a_file_comes_in_parts(client: Any) -> None:
    digest = hashlib.sha256(BODY).hexdigest()
    opened = client.post(PATH, {"name": "a.txt", "size": 13, "sha256": digest}).json()["data"]
    assert (opened["parts"], opened["missing"], opened["part_bytes"]) == (2, [1, 2], 10)
    part = hashlib.sha256(BODY[10:]).hexdigest()
    assert _put(client, opened["uuid"], 2, BODY[10:], f"?sha256={part}").status_code == 200
    assert client.get(f"{PATH}/{opened['uuid']}").json()["data"]["missing"] == [1]
    early = client.post(f"{PATH}/{opened['uuid']}/complete")
    assert (early.status_code, early.json()["reason"]) == (409, "files.parts_missing")
    _put(client, opened["uuid"], 1, BODY[:10])
    done = client.post(f"{PATH}/{opened['uuid']}/complete").json()["data"]
    assert (
        b"".join(client.get(f"/api/v1/sys/files/{done['id']}/download").streaming_content) == BODY
    )
    assert client.post(f"{PATH}/{opened['uuid']}/complete").status_code == 404


@pytest.mark.parametrize(
    ("number", "content", "query", "status"),
    [
        ("1", b"short", "", 400),
        ("1", BODY[:10], "?sha256=" + "0" * 64, 400),
        ("1", BODY[:10], "?sha256=nonsense", 422),
        ("0", BODY[:10], "", 404),
        ("3", BODY[:10], "", 404),
        ("x", BODY[:10], "", 422),
        ("9" * 40, BODY[:10], "", 422),
        ("1", b"x" * (8 * 1024 * 1024 + 1), "", 413),
    ],
)
def test_a_wrong_part_is_said_to_be(
    client: Any, number: Any, content: bytes, query: str, status: int
) -> None:
    opened = client.post(PATH, {"name": "a.txt", "size": 13}).json()["data"]
    assert _put(client, opened["uuid"], number, content, query).status_code == status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "a.txt"}, 422),
        ({"name": "a.txt", "size": 0}, 422),
        ({"name": "a.txt", "size": "many"}, 422),
        ({"name": "a.txt", "size": 5, "sha256": "short"}, 422),
        ({"name": "../a.txt", "size": 5}, 422),
        ({"name": "a.exe", "size": 5}, 400),
        ({"name": "a.png", "size": 10**9}, 400),
        ({"name": "a.txt", "size": 5, "parent_id": 987_654}, 404),
    ],
)
def test_what_would_not_be_taken_is_refused_at_once(
    client: Any, body: dict[str, Any], status: int
) -> None:
    assert client.post(PATH, body).status_code == status
    assert not Upload.objects.exists()


def test_everybody_finds_their_own_uploads_alone(client: Any, client_with: Any) -> None:
    opened = client.post(PATH, {"name": "a.txt", "size": 13}).json()["data"]
    other = client_with("sys:file:upload")
    path = f"{PATH}/{opened['uuid']}"
    for answer in (
        other.get(path),
        other.delete(path),
        other.post(f"{path}/complete"),
        _put(other, opened["uuid"], 1, BODY[:10]),
        client.get(f"{PATH}/nonsense"),
    ):
        assert answer.status_code == 404
    assert client.delete(path).status_code == 200
    assert not Upload.objects.exists()
