import hashlib
import uuid
from http import HTTPStatus
from typing import Any

import pytest

from apps.accounts.models import User
from apps.files.models import Node, Upload
from apps.files.services import uploads as services
from apps.files.tests.factories import folder

pytestmark = pytest.mark.django_db
HOME = "/admin/files/uploads/"
CONTENT = b"0123456789abcdefghijklmno"


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PART_BYTES", 10)


@pytest.fixture
def browser(console_with: Any) -> Any:
    return console_with("sys:file:list", "sys:file:upload")


def _me() -> User:
    found: User = User.objects.get(is_staff=True)
    return found


def _open(browser: Any, **more: Any) -> Any:
    told = {"name": "a.txt", "size": len(CONTENT), "folder": "", **more}
    return browser.post(HOME, told)


def _put(browser: Any, name: str, number: int, content: bytes, sha256: str | None = None) -> Any:
    sum_ = hashlib.sha256(content).hexdigest() if sha256 is None else sha256
    path = f"{HOME}{name}/{number}/?sha256={sum_}"
    return browser.put(path, content, content_type="application/octet-stream")


def _part(number: int) -> bytes:
    return CONTENT[(number - 1) * 10 : number * 10]


def test_a_file_comes_in_parts_in_any_order_and_again(browser: Any) -> None:
    docs = folder(_me())
    told = _open(browser, folder=docs.pk).json()
    assert (told["part_bytes"], told["missing"]) == (10, [1, 2, 3])
    for number in (3, 1, 3):
        assert _put(browser, told["uuid"], number, _part(number)).status_code == HTTPStatus.OK
    assert browser.get(f"{HOME}{told['uuid']}/").json()["missing"] == [2]
    early = browser.post(f"{HOME}{told['uuid']}/")
    assert early.status_code == HTTPStatus.CONFLICT
    assert early.json()["message"]
    _put(browser, told["uuid"], 2, _part(2))
    made = browser.post(f"{HOME}{told['uuid']}/")
    node = Node.objects.get(pk=made.json()["id"])
    assert (node.name, node.parent) == ("a.txt", docs)
    assert node.size_bytes == len(CONTENT)


@pytest.mark.parametrize(
    ("content", "sha256"),
    [(_part(1), ""), (_part(1), "f" * 64), (_part(1), "no"), (b"short", None), (b"x" * 11, None)],
)
def test_a_part_that_is_not_what_was_announced_is_refused(
    browser: Any, content: bytes, sha256: str | None
) -> None:
    told = _open(browser).json()
    refused = _put(browser, told["uuid"], 1, content, sha256)
    assert refused.status_code == HTTPStatus.BAD_REQUEST
    assert "checksum" in refused.json()["message"]
    assert services.missing_parts(Upload.objects.get()) == [1, 2, 3]


@pytest.mark.parametrize("number", [0, 4, 10**20])
def test_a_part_that_the_file_does_not_have_is_not_found(browser: Any, number: int) -> None:
    told = _open(browser).json()
    assert _put(browser, told["uuid"], number, b"x" * 10).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"name": "a.exe"}, HTTPStatus.BAD_REQUEST),
        ({"name": "../a.txt"}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({"size": "²"}, HTTPStatus.BAD_REQUEST),
        ({"size": "9" * 40}, HTTPStatus.BAD_REQUEST),
        ({"size": "-1"}, HTTPStatus.BAD_REQUEST),
        ({"folder": "987654"}, HTTPStatus.NOT_FOUND),
        ({"folder": "²"}, HTTPStatus.NOT_FOUND),
    ],
)
def test_what_would_not_be_taken_is_refused_before_it_is_sent(
    browser: Any, given: dict[str, str], status: HTTPStatus
) -> None:
    refused = _open(browser, **given)
    assert refused.status_code == status
    assert refused.json()["message"]
    assert not Upload.objects.exists()


def test_an_upload_is_given_up(browser: Any) -> None:
    told = _open(browser).json()
    _put(browser, told["uuid"], 1, _part(1))
    assert browser.delete(f"{HOME}{told['uuid']}/").status_code == HTTPStatus.OK
    assert not Upload.objects.exists()
    assert browser.get(f"{HOME}{told['uuid']}/").status_code == HTTPStatus.NOT_FOUND


def test_nobody_finds_the_upload_of_somebody_else(browser: Any, make_user: Any) -> None:
    other = services.upload_open(owner=make_user(), name="a.txt", size_bytes=25)
    path = f"{HOME}{other.uuid}/"
    assert browser.get(path).status_code == HTTPStatus.NOT_FOUND
    assert browser.post(path).status_code == HTTPStatus.NOT_FOUND
    assert browser.delete(path).status_code == HTTPStatus.NOT_FOUND
    assert _put(browser, str(other.uuid), 1, _part(1)).status_code == HTTPStatus.NOT_FOUND
    assert services.missing_parts(other) == [1, 2, 3]


def test_without_the_code_nothing_is_taken(console_with: Any) -> None:
    browser = console_with("sys:file:list")
    assert _open(browser).status_code == HTTPStatus.FORBIDDEN
    assert _put(browser, str(uuid.uuid4()), 1, b"x").status_code == HTTPStatus.FORBIDDEN
    assert browser.get(f"{HOME}{uuid.uuid4()}/").status_code == HTTPStatus.FORBIDDEN


def test_each_address_has_its_methods(browser: Any) -> None:
    told = _open(browser).json()
    assert browser.get(HOME).status_code == HTTPStatus.NOT_FOUND
    assert browser.put(f"{HOME}{told['uuid']}/").status_code == HTTPStatus.NOT_FOUND
    assert browser.post(f"{HOME}{told['uuid']}/1/").status_code == HTTPStatus.NOT_FOUND
