"""The test run: fast hashing, no captcha unless a test asks for it, everything else as it runs."""

from dataclasses import replace

from config.settings.base import *  # noqa: F403
from config.settings.base import env

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
