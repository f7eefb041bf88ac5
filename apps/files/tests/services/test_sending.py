import io
import zipfile
from typing import Any

import pytest

from apps.files.errors import NoFileError
from apps.files.services.sending import archive_of, download_of, thumbnail_download
from apps.files.tests.factories import folder, picture, stored

pytestmark = pytest.mark.django_db


def test_only_pictures_are_shown(user: Any) -> None:
    assert download_of(stored(user, "a.png", picture()), is_inline=True).is_inline
    assert not download_of(stored(user, "a.txt"), is_inline=True).is_inline


def test_a_folder_has_no_content(user: Any) -> None:
    with pytest.raises(NoFileError):
        download_of(folder(user))


def test_the_proxy_finds_the_file_below_its_own_address(user: Any, atrium: Any) -> None:
    node = stored(user)
    atrium(files_accel="/protected/")
    assert download_of(node).accel == f"/protected/{node.key}"
    atrium(files_accel="/protected/", s3_bucket="b")
    assert download_of(node).accel == ""


def test_an_archive_holds_folders_and_files_under_their_names(make_user: Any) -> None:
    user, friend = make_user(), make_user()
    outer = folder(user, "docs")
    stored(user, "a.txt", b"one", folder=outer)
    stored(user, "b.txt", b"two" * 200_000, folder=folder(user, "inner", outer))
    same = [stored(owner, "x.txt", b"x") for owner in (user, friend)]
    pieces = list(archive_of([outer, *same]))
    assert len(pieces) > 3
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "docs/",
            "docs/a.txt",
            "docs/inner/",
            "docs/inner/b.txt",
            "x.txt",
            "x.txt (2)",
        }
        assert archive.read("docs/inner/b.txt") == b"two" * 200_000


def test_a_thumbnail_is_sent_as_webp(user: Any) -> None:
    told = thumbnail_download(stored(user, "a.png", picture()))
    assert (told.content_type, told.is_inline) == ("image/webp", True)
    assert told.open().read()[8:12] == b"WEBP"
