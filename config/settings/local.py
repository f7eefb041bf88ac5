"""A developer's or an evaluator's own machine."""

from config.env import env
from config.settings.base import *  # noqa: F403

DEBUG = False  # error pages and SQL in memory help nobody who runs the platform; switch on by hand
ALLOWED_HOSTS = list(env.allowed_hosts) or ["*"]
WHITENOISE_USE_FINDERS = True  # assets come from where they lie; nothing has to be collected first
