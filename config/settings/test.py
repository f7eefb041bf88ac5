"""The test run: fast hashing, no captcha unless a test asks for it, everything else as it runs."""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from config.env import env
from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, CHANNEL_LAYERS, DATABASES

DEBUG = False
SECRET_KEY = "test-only-key-that-is-long-enough-for-a-signature-of-HS256"  # noqa: S105
JWT_KEYS = {"test": SECRET_KEY}
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
LANGUAGE_CODE = "en"
WHITENOISE_AUTOREFRESH = True  # no collected files in tests
EMBEDDED = env.embedded
ATRIUM = replace(env, captcha=False, demo=False)  # tests of the captcha switch it on

# Several runs, and the workers of each, use the same services side by side.
OURS = f"atrium-test-{os.getpid()}"
if env.redis_url:
    CACHES["default"]["KEY_PREFIX"] = OURS
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = OURS
if DATABASES["default"]["ENGINE"] == "config.runtime.sqlite":
    # A file, not memory: threads get connections of their own, as in the running platform.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"{OURS}.sqlite3")}
