from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.files.models import Node
from apps.files.services.bin import nodes_delete
from apps.files.tests.factories import folder, picture, stored

pytestmark = pytest.mark.django_db
HOME, DO, SEND = "/admin/files/", "/admin/files/do/", "/admin/files/send/"
VERBS = ("list", "upload", "add", "edit", "del", "bin", "restore", "purge")


@pytest.fixture
def browser(console_with: Any) -> Any:
    return console_with(*(f"sys:file:{verb}" for verb in VERBS))


def _text(answer: Any) -> str:
    found: str = answer.content.decode()
    return found


def _me() -> Any:
    from apps.accounts.models import User  # noqa: PLC0415 - whom the fixture made

    return User.objects.get(is_staff=True)


def test_the_page_shows_folders_and_files_with_the_way_to_them(browser: Any) -> None:
    docs = folder(_me())
    node = stored(_me(), "a.png", picture(), folder=docs)
    assert "docs" in _text(browser.get(HOME))
    page = _text(browser.get(HOME, {"folder": docs.pk}))
    assert f"/admin/files/{node.pk}/small/" in page
    assert 'aria-current="page">docs</a>' in page
    assert "1 entry found." in _text(browser.get(HOME, {"search": "A.P"}))
    assert "Nothing has this name" in _text(browser.get(HOME, {"search": "zzz"}))


def test_who_may_only_look_is_offered_nothing_else(console_with: Any) -> None:
    browser = console_with("sys:file:list")
    node = stored(_me(), "a.txt")
    page = _text(browser.get(HOME))
    for name in ("Upload", "New folder", "data-act", 'data-ask="rename"'):
        assert name not in page
    assert browser.get(HOME, {"bin": 1}).status_code == 403
    for act in ("make", "rename", "move", "copy", "delete", "restore", "purge"):
        assert browser.post(DO, {"act": act, "pk": node.pk, "name": "x"}).status_code == 403
    assert browser.post(SEND, {"file": SimpleUploadedFile("b.txt", b"x")}).status_code == 403
    assert Node.objects.get() == node


def test_everything_can_be_done_and_is_said(browser: Any) -> None:
    def do(**given: Any) -> str:
        return _text(browser.post(DO, given, follow=True))

    assert "The folder was made." in do(act="make", name="docs")
    docs = Node.objects.get()
    node = stored(_me(), "a.txt")
    assert "The name was changed." in do(act="rename", pk=node.pk, name="b.txt")
    assert "Copied." in do(act="copy", pk=node.pk)
    assert "Moved." in do(act="move", pk=node.pk, into=docs.pk)
    assert "2 entries were put into the bin." in do(act="delete", pk=docs.pk)
    assert "docs" in _text(browser.get(HOME, {"bin": 1}))
    assert "Restored." in do(act="restore", pk=docs.pk, bin=1)
    nodes_delete(nodes=[docs])
    assert "2 entries were deleted for good." in do(act="purge", pk=docs.pk, bin=1)
    assert "The bin is empty." in _text(browser.get(HOME, {"bin": 1}))


def test_what_is_refused_is_said_on_the_page(browser: Any) -> None:
    folder(_me())
    page = browser.post(DO, {"act": "make", "name": "docs"}, follow=True)
    assert "exists already" in _text(page)
    page = browser.post(DO, {"act": "delete"}, follow=True)
    assert "Not found." in _text(page)
    assert browser.post(DO, {"act": "format"}).status_code == 404
    assert browser.get(DO).status_code == 404


def test_after_a_change_the_folder_is_shown_again(browser: Any) -> None:
    docs = folder(_me())
    answer = browser.post(DO, {"act": "make", "name": "x", "folder": docs.pk})
    assert answer["Location"] == f"{HOME}?folder={docs.pk}"
    answer = browser.post(DO, {"act": "make", "name": "y", "search": "https://else.where/"})
    assert answer["Location"].startswith(f"{HOME}?search=https%3A")


def test_a_file_is_taken_or_refused_in_words(browser: Any) -> None:
    answer = browser.post(SEND, {"file": SimpleUploadedFile("a.png", picture())})
    assert answer.json()["name"] == "a.png"
    answer = browser.post(SEND, {"file": SimpleUploadedFile("b.png", b"x")})
    assert (answer.status_code, "The content is not" in answer.json()["message"]) == (400, True)
    assert browser.post(SEND, {}).status_code == 422
    file = SimpleUploadedFile("c.png", picture())
    assert browser.post(SEND, {"file": file, "folder": "987654"}).status_code == 404


def test_content_is_sent_to_whoever_may_see_it(browser: Any) -> None:
    node, text = stored(_me(), "a.png", picture()), stored(_me(), "a.txt")
    shown = browser.get(f"/admin/files/{node.pk}/content/")
    assert b"".join(shown.streaming_content)
    assert shown["Content-Disposition"].startswith("inline")
    saved = browser.get(f"/admin/files/{node.pk}/content/?save")
    assert b"".join(saved.streaming_content)
    assert saved["Content-Disposition"].startswith("attachment")
    small = browser.get(f"/admin/files/{node.pk}/small/")
    assert b"".join(small.streaming_content)
    assert small["Content-Type"] == "image/webp"
    assert browser.get(f"/admin/files/{text.pk}/small/").status_code == 400
    assert browser.get("/admin/files/987654/content/").status_code == 404
    assert browser.get(HOME, {"folder": "x" * 30}).status_code == 404
