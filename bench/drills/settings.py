"""The platform as it runs, plus the jobs that the drills count."""

from config.settings.base import INSTALLED_APPS as PLATFORM
from config.settings.local import *  # noqa: F403

INSTALLED_APPS = [*PLATFORM, "bench.drills"]
