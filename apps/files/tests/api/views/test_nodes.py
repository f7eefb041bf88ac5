import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from apps.access.models import DataRule, DataScope, Role
from apps.core.cached import PRINCIPALS, invalidate
from apps.files.models import Node
from apps.files.tests.factories import folder, picture, stored
from apps.files.tests.test_validators import BAD_NAMES

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    """Somebody without a token."""
    return APIClient()


PATH = "/api/v1/sys/files"
ALL = [
    f"sys:file:{verb}"
    for verb in ("list", "upload", "add", "edit", "del", "bin", "restore", "purge")
]


@pytest.fixture
def client(client_with: Any) -> Any:
    return client_with(",".join(ALL[:4]), ",".join(ALL[4:]))


def _upload(client: Any, name: str = "a.png", content: bytes | None = None, **more: Any) -> Any:
    body = picture() if content is None else content
    file = SimpleUploadedFile(name, body)
    return client.post(f"{PATH}/upload", {"file": file, **more}, format="multipart")


def test_an_upload_answers_with_an_address_that_asks_for_a_token(client: Any, api: Any) -> None:
    data = _upload(client).json()["data"]
    assert data["url"].startswith("http://testserver/api/v1/sys/files/")
    answer = client.get(data["url"])
    assert b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert api.get(data["url"]).status_code == 401


def test_a_public_picture_needs_no_token(client: Any, api: Any) -> None:
    data = _upload(client, is_public="true").json()["data"]
    answer = api.get(data["url"])
    assert b"".join(answer.streaming_content) == picture()
    assert answer["Cache-Control"].startswith("public")
    client.delete(f"{PATH}/{data['id']}")
    assert api.get(data["url"]).status_code == 404


def test_files_go_into_folders(client: Any) -> None:
    made = client.post(PATH, {"name": "docs"}).json()["data"]
    data = _upload(client, parent_id=made["id"]).json()["data"]
    assert [
        row["id"] for row in client.get(PATH, {"parent_id": made["id"]}).json()["data"]["items"]
    ] == [data["id"]]
    top = client.get(PATH, {"parent_id": "0"}).json()["data"]
    assert [row["name"] for row in top["items"]] == ["docs"]
    assert client.get(PATH).json()["data"]["total"] == 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "files.type"),
        ("a.svg", b"<svg onload=alert(1)>", "files.type"),
        ("a.html", b"<html>", "files.type"),
        ("a.png", b"<html>", "files.content"),
        ("a.png", b"", "files.empty"),
        ("a", b"x", "files.type"),
    ],
)
def test_a_file_that_is_not_taken_is_400(
    client: Any, name: str, content: bytes, reason: str
) -> None:
    answer = _upload(client, name, content)
    assert (answer.status_code, answer.json()["reason"]) == (400, reason)


def test_too_large_is_400(client: Any, atrium: Any) -> None:
    atrium(image_bytes=10)
    assert _upload(client).json()["reason"] == "files.too_large"


@pytest.mark.parametrize("body", [{}, {"file": "text"}])
def test_no_file_is_422(client: Any, body: dict[str, str]) -> None:
    answer = client.post(f"{PATH}/upload", body, format="multipart")
    assert answer.status_code == 422
    assert answer.json()["data"]["errors"][0]["loc"] == ["body", "file"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_operation_takes_a_bad_name(client: Any, name: str) -> None:
    node, inside = stored(client.user, "a.txt"), folder(client.user)
    client.delete(f"{PATH}/{inside.pk}")
    calls = {
        "mkdir": client.post(PATH, {"name": name}),
        "rename": client.put(f"{PATH}/{node.pk}", {"name": name}),
        "patch": client.patch(f"{PATH}/{node.pk}", {"name": name}),
        "announce": client.post("/api/v1/sys/uploads", {"name": f"{name}", "size": 5}),
    }
    if name:  # without a name the old one is kept
        calls["restore"] = client.put(f"{PATH}/{inside.pk}/restore", {"name": name})
    assert {what: answer.status_code for what, answer in calls.items()} == dict.fromkeys(calls, 422)
    node.refresh_from_db()
    assert node.name == "a.txt"
    assert Node.objects.count() == 2


@pytest.mark.parametrize("name", ["../../up.png", "..\\..\\up.png", "/etc/up.png", "C:\\up.png"])
def test_a_path_in_an_upload_is_no_path(client: Any, name: str, files_folder: Any) -> None:
    answer = _upload(client, name)
    if answer.status_code == 200:
        assert answer.json()["data"]["name"] == "up.png"
    assert all(files_folder in path.parents for path in files_folder.rglob("*"))
    assert not (files_folder.parent / "up.png").exists()


def test_a_file_is_downloaded_and_never_run(client: Any) -> None:
    node = stored(client.user, "a.txt", b"<script>alert(1)</script>")
    for way in ("download", "preview"):
        answer = client.get(f"{PATH}/{node.pk}/{way}")
        assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
        assert answer["Content-Disposition"] == 'attachment; filename="a.txt"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]


def test_a_thumbnail_is_for_pictures(client: Any) -> None:
    pk = _upload(client).json()["data"]["id"]
    answer = client.get(f"{PATH}/{pk}/thumbnail")
    assert b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "image/webp"
    text = stored(client.user)
    assert client.get(f"{PATH}/{text.pk}/thumbnail").status_code == 400
    assert client.get(f"{PATH}/{folder(client.user).pk}/download").status_code == 409


def test_things_are_moved_copied_and_searched(client: Any) -> None:
    docs, node = folder(client.user), stored(client.user, "plan.txt")
    move = client.put(f"{PATH}/move", {"pks": [node.pk], "parent_id": docs.pk})
    assert move.status_code == 200
    copy = client.post(f"{PATH}/copy", {"pks": [docs.pk]}).json()["data"]
    assert [row["name"] for row in copy] == ["docs (2)"]
    found = client.get(PATH, {"name": "PLAN"}).json()["data"]
    assert found["total"] == 2
    assert client.get(PATH, {"kind": "folder"}).json()["data"]["total"] == 2
    assert client.get(PATH, {"kind": "none"}).status_code == 422


@pytest.mark.parametrize("way", ["move", "copy"])
def test_a_folder_goes_neither_into_itself_nor_into_nothing(client: Any, way: str) -> None:
    docs = folder(client.user)
    call = client.put if way == "move" else client.post
    assert call(f"{PATH}/{way}", {"pks": [docs.pk], "parent_id": docs.pk}).status_code == 409
    for parent in (987_654, stored(client.user).pk):
        assert call(f"{PATH}/{way}", {"pks": [docs.pk], "parent_id": parent}).status_code == 404
    assert call(f"{PATH}/{way}", {"pks": []}).status_code == 422


def test_the_bin_takes_gives_back_and_lets_go(client: Any) -> None:
    node, other = stored(client.user, "a.txt"), stored(client.user, "b.txt")
    assert client.delete(PATH, {"pks": [node.pk, other.pk]}).status_code == 200
    rows = client.get(f"{PATH}/bin").json()["data"]
    assert rows["total"] == 2
    assert rows["items"][0]["deleted_time"]
    assert rows["items"][0]["deleted_by_id"] == client.user.pk
    assert client.put(f"{PATH}/{node.pk}/restore", {}).json()["data"]["name"] == "a.txt"
    assert client.put(f"{PATH}/{node.pk}/restore", {}).status_code == 404
    assert client.delete(f"{PATH}/bin/{node.pk}").status_code == 404
    assert client.delete(f"{PATH}/bin/{other.pk}").json()["data"] == {"purged": 1}
    client.delete(f"{PATH}/{node.pk}")
    assert client.delete(f"{PATH}/bin", {"pks": [node.pk]}).json()["data"] == {"purged": 1}
    assert not Node.objects.exists()


def test_an_archive_holds_what_was_chosen(client: Any) -> None:
    docs = folder(client.user)
    stored(client.user, "a.txt", b"hello", folder=docs)
    answer = client.post(f"{PATH}/archive", {"pks": [docs.pk]})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.read("docs/a.txt") == b"hello"
    assert client.post(f"{PATH}/archive", {"pks": [987_654]}).status_code == 404
    for wrong in ([], "a", ["x"], None):
        assert client.post(f"{PATH}/archive", {"pks": wrong}).status_code == 422


def test_the_listing_is_exported(client: Any) -> None:
    stored(client.user, "=cmd.txt")
    text = b"".join(client.get(f"{PATH}/export").streaming_content).decode()
    assert "'=cmd.txt" in text


def test_room_is_shown(client: Any) -> None:
    stored(client.user, "a.txt", b"12345")
    data = client.get(f"{PATH}/room").json()["data"]
    assert data["used"] == 5
    assert "png" in data["extensions"]


def test_a_list_costs_the_same_whatever_it_holds(
    client: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        stored(client.user, f"{number}.txt")
    for path in (f"{PATH}?size=200", f"{PATH}/bin?size=200"):
        client.get(path)
        with django_assert_max_num_queries(3):
            assert client.get(path).status_code == 200


def test_nobody_reaches_what_they_may_not_see(client_with: Any, make_user: Any) -> None:
    client = client_with(",".join(ALL[:4]), ",".join(ALL[4:]))
    scope = DataScope.objects.create(name="own")
    scope.rules.add(
        DataRule.objects.create(
            name="own",
            model="File",
            column="__created_by__",
            value="${user_id}",
            operator=0,
            expression=0,
        )
    )
    role = Role.objects.filter(users=client.user).get()
    role.is_scoped = True
    role.save()
    role.scopes.add(scope)
    foreign, mine = stored(make_user(), "f.txt"), stored(client.user, "m.txt")
    theirs = folder(make_user())
    invalidate(PRINCIPALS)  # the role was changed by hand
    assert [row["id"] for row in client.get(PATH).json()["data"]["items"]] == [mine.pk]
    calls = [
        client.get(f"{PATH}/{foreign.pk}"),
        client.get(f"{PATH}/{foreign.pk}/download"),
        client.get(f"{PATH}/{foreign.pk}/preview"),
        client.get(f"{PATH}/{foreign.pk}/thumbnail"),
        client.post(f"{PATH}/archive", {"pks": [mine.pk, foreign.pk]}),
        client.put(f"{PATH}/{foreign.pk}", {"name": "x.txt"}),
        client.delete(f"{PATH}/{foreign.pk}"),
        client.delete(PATH, {"pks": [mine.pk, foreign.pk]}),
        client.put(f"{PATH}/move", {"pks": [foreign.pk]}),
        client.put(f"{PATH}/move", {"pks": [mine.pk], "parent_id": theirs.pk}),
        client.post(f"{PATH}/copy", {"pks": [foreign.pk]}),
        client.post(PATH, {"name": "x", "parent_id": theirs.pk}),
        client.post("/api/v1/sys/uploads", {"name": "x.txt", "size": 1, "parent_id": theirs.pk}),
        _upload(client, parent_id=theirs.pk),
    ]
    assert [answer.status_code for answer in calls] == [404] * len(calls)
    foreign.refresh_from_db()
    assert (foreign.name, foreign.deleted_at, foreign.parent) == ("f.txt", None, None)
    Node.objects.filter(pk=foreign.pk).update(deleted_at=foreign.created_at, bin_root_id=foreign.pk)
    assert client.get(f"{PATH}/bin").json()["data"]["total"] == 0
    for answer in (
        client.put(f"{PATH}/{foreign.pk}/restore", {}),
        client.delete(f"{PATH}/bin/{foreign.pk}"),
        client.delete(f"{PATH}/bin", {"pks": [foreign.pk]}),
    ):
        assert answer.status_code == 404
