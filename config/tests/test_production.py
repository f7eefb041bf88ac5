import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from config.env import BASE_DIR, Env
from config.production import refuse_unsafe
from config.values import EnvironmentKeyError

SAFE = Env(env="production", secret_key="k" * 50, allowed_hosts=("admin.example.org",))


def test_a_safe_environment_passes() -> None:
    refuse_unsafe(SAFE)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"secret_key": ""}, "ATRIUM_SECRET_KEY"),
        ({"secret_key": "k" * 49}, "50 characters"),
        ({"secret_key": "change-me-" + "k" * 50}, "placeholder"),
        ({"secret_key": "django-InSecure-" + "k" * 50}, "placeholder"),
        ({"secret_key_fallbacks": ("k" * 50, "short")}, "ATRIUM_SECRET_KEY_FALLBACKS"),
        ({"demo": True}, "ATRIUM_DEMO"),
        ({"allowed_hosts": ()}, "ATRIUM_ALLOWED_HOSTS"),
        ({"allowed_hosts": ("*",)}, "wildcard"),
        ({"allowed_hosts": ("*.example.org",)}, "wildcard"),
        ({"cors_origins": ("*",)}, "ATRIUM_CORS_ORIGINS"),
        ({"trusted_proxies": ("0.0.0.0/0",)}, "ATRIUM_TRUSTED_PROXIES"),
        ({"trusted_proxies": ("::/0",)}, "ATRIUM_TRUSTED_PROXIES"),
    ],
)
def test_what_is_unsafe_is_refused_by_name(change: dict[str, Any], names: str) -> None:
    with pytest.raises(EnvironmentKeyError, match=names):
        refuse_unsafe(replace(SAFE, **change))


def test_the_secret_itself_is_not_told() -> None:
    with pytest.raises(EnvironmentKeyError) as refusal:
        refuse_unsafe(replace(SAFE, secret_key="change-hush"))
    assert "hush" not in str(refusal.value)


@pytest.mark.slow
def test_the_refusal_is_one_line_on_the_terminal() -> None:
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={**environ, "ATRIUM_SECRET_KEY": "short"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert len(ended.stderr.strip().splitlines()) == 1
    assert ended.stderr.startswith("atrium: ATRIUM_SECRET_KEY needs 50 characters")
