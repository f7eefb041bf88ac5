import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import StorageHandler

from config.env import env
from config.storages import storages_of


def _storage(told: dict[str, Any]) -> Any:
    return StorageHandler({"files": told["files"]})["files"]


def test_files_lie_in_the_data_folder_for_us_alone(tmp_path: Path) -> None:
    store = _storage(storages_of(replace(env, s3_bucket="", files_accel=""), tmp_path))
    name = store.save("2026/11/a.txt", ContentFile(b"x"))
    kept = tmp_path / "media" / "files" / name
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_the_proxy_may_read_what_it_sends(tmp_path: Path) -> None:
    store = _storage(storages_of(replace(env, s3_bucket="", files_accel="/protected"), tmp_path))
    assert store.file_permissions_mode == 0o644


@pytest.fixture(scope="module")
def s3_server() -> Iterator[str]:
    """A local server that speaks S3."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - it takes a second to load

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_files_lie_in_a_bucket(s3_server: str, tmp_path: Path) -> None:
    import boto3  # noqa: PLC0415 - as above

    told = replace(
        env,
        s3_bucket="atrium",
        s3_endpoint=s3_server,
        s3_region="us-east-1",
        s3_access_key="key",
        s3_secret_key="secret",
    )
    boto3.client(
        "s3",
        endpoint_url=s3_server,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ).create_bucket(Bucket="atrium")
    store = _storage(storages_of(told, tmp_path))
    assert store.save("2026/11/a.txt", ContentFile(b"hello")) == "2026/11/a.txt"
    with store.open("2026/11/a.txt", "rb") as opened:
        opened.seek(1)
        assert opened.read() == b"ello"
    assert store.listdir("2026/11/") == ([], ["a.txt"])
    assert store.get_modified_time("2026/11/a.txt").tzinfo
    store.delete("2026/11/a.txt")
    assert not store.exists("2026/11/a.txt")
