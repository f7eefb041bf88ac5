from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def files_folder(settings: Any, tmp_path: Path) -> Path:
    """Give each test a storage of its own."""
    folder = tmp_path / "files"
    told = settings.STORAGES["files"]
    settings.STORAGES = {
        **settings.STORAGES,
        "files": {**told, "OPTIONS": {**told["OPTIONS"], "location": str(folder)}},
    }
    return folder
