import io
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from apps.files.errors import StorageGoneError
from apps.files.services import bytes as services
from apps.files.services.bytes import (
    bytes_open,
    bytes_put,
    bytes_remove,
    bytes_remove_after,
    bytes_write,
    checksum_of,
    key_make,
    storage,
)


class _Broken:
    """A storage that is gone."""

    def __getattr__(self, _name: str) -> Any:
        def fail(*_args: Any, **_kwargs: Any) -> Any:
            raise OSError

        return fail


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "storage", _Broken)


def test_bytes_come_back_as_they_went(files_folder: Path) -> None:
    key = key_make("txt")
    bytes_write(key, io.BytesIO(b"hello"))
    with bytes_open(key) as opened:
        assert opened.read() == b"hello"
    assert (files_folder / key).stat().st_mode & 0o777 == 0o600


def test_keys_are_ours_alone() -> None:
    assert len({key_make("png") for _ in range(100)}) == 100
    assert key_make("png").endswith(".png")


def test_a_storage_that_is_gone_is_said_to_be(broken: None) -> None:
    with pytest.raises(StorageGoneError):
        bytes_write("a/b.txt", io.BytesIO(b"x"))
    with pytest.raises(StorageGoneError):
        bytes_open("a/b.txt")
    bytes_remove(["a/b.txt"])  # is only logged


def test_nothing_is_written_over(files_folder: Path) -> None:
    bytes_write("a/b.txt", io.BytesIO(b"first"))
    with pytest.raises(StorageGoneError):
        bytes_write("a/b.txt", io.BytesIO(b"second"))
    assert [path.read_bytes() for path in files_folder.rglob("*") if path.is_file()] == [b"first"]


def test_what_can_be_made_again_is_replaced() -> None:
    bytes_put("parts/a", b"one")
    bytes_put("parts/a", b"two")
    with bytes_open("parts/a") as opened:
        assert opened.read() == b"two"


def test_a_link_out_of_the_storage_is_not_reached(files_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageGoneError):
        bytes_open("../secret.txt")


@pytest.mark.django_db
def test_bytes_go_after_the_commit_and_stay_with_a_rollback() -> None:
    bytes_write("a/b.txt", io.BytesIO(b"x"))

    def fail() -> None:
        with transaction.atomic():
            bytes_remove_after(["a/b.txt"])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert storage().exists("a/b.txt")
    with transaction.atomic():
        bytes_remove_after(["a/b.txt"])
        assert storage().exists("a/b.txt")
    assert not storage().exists("a/b.txt")


def test_a_checksum_is_that_of_all_bytes() -> None:
    stream = io.BytesIO(b"hello")
    stream.read()
    assert checksum_of(stream).startswith("2cf24dba5fb0a30e")
    assert stream.read() == b"hello"
