"""The platform as it runs, plus the jobs that the drills count, and more sockets for one user."""

from config.settings.base import INSTALLED_APPS as PLATFORM
from config.settings.local import *  # noqa: F403

REALTIME_USER_SOCKETS = 10_000  # one user has all of them
INSTALLED_APPS = [*PLATFORM, "bench.drills"]
