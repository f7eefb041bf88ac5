"""The platform as it runs, plus the two views that it is compared with."""

from config.settings.local import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
