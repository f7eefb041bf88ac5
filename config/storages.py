"""Where files lie: in the data folder, or in an S3-compatible storage."""

from pathlib import Path
from typing import Any

from config.env import Env

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def storages_of(env: Env, data_dir: Path) -> dict[str, dict[str, Any]]:
    """Return the setting STORAGES; `files` holds what people upload."""
    plain = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return {
        "default": plain | {"OPTIONS": {"location": str(data_dir / "media" / "other")}},
        "files": _bucket(env) if env.s3_bucket else plain | {"OPTIONS": _local(env, data_dir)},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def _local(env: Env, data_dir: Path) -> dict[str, Any]:
    # Whoever lets nginx send the files runs it as another user, who must be able to read them; the
    # folder is shared with nobody else.
    is_shared = bool(env.files_accel)
    return {
        "location": str(data_dir / "media" / "files"),
        "file_permissions_mode": 0o644 if is_shared else PRIVATE_FILE,
        "directory_permissions_mode": 0o755 if is_shared else PRIVATE_FOLDER,
    }


def _bucket(env: Env) -> dict[str, Any]:
    """Describe a bucket for django-storages, which speaks S3 for us."""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.s3_bucket,
            "endpoint_url": env.s3_endpoint or None,
            "region_name": env.s3_region or None,
            "access_key": env.s3_access_key or None,
            "secret_key": env.s3_secret_key or None,
            "default_acl": None,  # private, whatever the bucket thinks
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }
