"""A server that strangers can reach. It refuses to start with anything unsafe."""

from config.env import env
from config.production import refuse_unsafe
from config.settings.base import *  # noqa: F403
from config.settings.base import STORAGES

refuse_unsafe(env)

DEBUG = False
SERVE_DOCS = env.docs
SESSION_COOKIE_SECURE = env.https
CSRF_COOKIE_SECURE = env.https
SECURE_SSL_REDIRECT = env.https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.trusted_proxies else None
SECURE_HSTS_SECONDS = 31_536_000 if env.https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.https
SECURE_HSTS_PRELOAD = env.https
STORAGES["staticfiles"] = {
    "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
}
