"""Settings shared by every environment; nothing here depends on where we run."""

from pathlib import Path
from typing import Any

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from apps.core.jobs import QUICK
from config.addresses import refuse_wrong_networks
from config.celery import app as celery_app  # noqa: F401 - so that shared_task finds it everywhere
from config.databases import database
from config.env import BASE_DIR, env, plugin_environ
from config.keys import jwt_keys, secret_key
from config.logs.setup import logging_config
from config.mail import mail_settings
from config.plugins import discover
from config.queues import LONGEST_SECONDS, queues, transport_options
from config.settings.console import *  # noqa: F403 - settings of their own
from config.storages import storages_of

refuse_wrong_networks(env)
django_stubs_ext.monkeypatch()  # lets ModelAdmin[Role] and the like be written at run time

DATA_DIR: Path = BASE_DIR / env.data_dir
DATA_DIR.mkdir(parents=True, exist_ok=True)
EMBEDDED = env.embedded
ATRIUM = env
VERSION = "0.1.0"

DJANGO_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
THIRD_PARTY_APPS = [
    # unfold restyles the admin, so it comes before it.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "apps.console.apps.ConsoleAdminConfig",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "channels",
    "guardian",
    "tree_queries",
    "django_celery_beat",
    "django_celery_results",
]
# Lowest floor first; see docs/architecture.md.
LOCAL_APPS = [
    "apps.core",
    "apps.organization",
    "apps.access",
    "apps.accounts",
    "apps.scheduling",
    "apps.audit",
    "apps.files",
    "apps.monitor",
    "apps.realtime",
    "apps.console",
]
PLUGIN_REGISTRY = discover(
    BASE_DIR / "plugins",
    enabled=env.plugins,
    platform=VERSION,
    taken=[app.rpartition(".")[2] for app in (*LOCAL_APPS, *THIRD_PARTY_APPS, *DJANGO_APPS)],
    environ=plugin_environ,
)
PLUGINS = PLUGIN_REGISTRY.names
INSTALLED_APPS = ["config", *LOCAL_APPS, *PLUGINS, *THIRD_PARTY_APPS, *DJANGO_APPS]

MIDDLEWARE = [
    "apps.core.middleware.RequestContextMiddleware",
    "apps.monitor.middleware.records.RecordMiddleware",
    "apps.monitor.middleware.probes.ProbeMiddleware",
    "apps.core.middleware.AddressMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.middleware.HostMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "apps.core.middleware.ReadOnlyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.accounts.middleware.PrincipalMiddleware",
    "apps.audit.middleware.OperationLogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False  # a redirect would throw away the body of a POST
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # ours are set on our AppConfigs

SECRET_KEY = secret_key(env.secret_key, DATA_DIR)
SECRET_KEY_FALLBACKS = list(env.secret_key_fallbacks)
JWT_KEYS = jwt_keys(env.jwt_keys, SECRET_KEY)
ALLOWED_HOSTS = list(env.allowed_hosts)
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # user names are unique among the living: `live_username`
AUTHENTICATION_BACKENDS = [
    "apps.accounts.backends.PasswordBackend",
    "apps.access.backends.RoleMenuBackend",
    "guardian.backends.ObjectPermissionBackend",
]
VISIBILITY = "apps.access.selectors.visible_to"
"""The function that says which rows of a queryset a user may see; `core.visibility` calls it."""

PASSWORD_HASHERS = [
    "config.hashers.Argon2idHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ANONYMOUS_USER_NAME = None  # guardian: no row that stands for strangers
GUARDIAN_MONKEY_PATCH_USER = False
GUARDIAN_USER_OBJ_PERMS_MODEL = "access.ObjectGrant"

DATABASES = {
    "default": database(env.database_url, data_dir=DATA_DIR, pool_size=env.database_pool_size)
}

SESSION_ENGINE = "config.sessions"
SESSION_COOKIE_NAME = "atrium_console"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "atrium_csrf"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/admin/"

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": env.redis_url,
        "KEY_PREFIX": "atrium",
        # JSON, not pickle: whoever can write to the cache must not be able to run code in us.
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 2,  # seconds; a lost Redis slows us down, no more
            "SOCKET_TIMEOUT": 2,
        },
    }
    if env.redis_url
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "atrium",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.redis_url], "prefix": "atrium"},
    }
    if env.redis_url
    else {"BACKEND": "config.runtime.layers.EmbeddedChannelLayer"}
}

CELERY_BROKER_URL = env.celery_broker_url or "embedded://localhost//"
CELERY_BROKER_TRANSPORT_OPTIONS = transport_options(CELERY_BROKER_URL)
CELERY_TASK_QUEUES = queues(CELERY_BROKER_URL)
CELERY_TASK_DEFAULT_QUEUE = QUICK
CELERY_TASK_ROUTES = ("config.queues.route",)
CELERY_TASK_CREATE_MISSING_QUEUES = False  # a queue that no worker reads keeps its jobs for ever
CELERY_RESULT_BACKEND = "django-db"  # for code that awaits a result; people read our own runs
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = None  # `apps.scheduling.tasks.prune_runs` deletes them instead
# Our runs tell that a job began; Celery would fail a job that it cannot write this of.
CELERY_TASK_TRACK_STARTED = False
CELERY_TASK_ACKS_LATE = True  # a killed worker's job goes back to the queue
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = LONGEST_SECONDS
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 40  # seconds; what is not done then goes back to its queue
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000  # what leaks ends with its process
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 512 * 1024  # KiB
# What runs when the connection breaks goes on; its message, which comes again, finds it in the
# table of runs.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TIMEZONE = env.time_zone
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BEAT_SCHEDULER = "config.runtime.scheduler:LeasedScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 2  # seconds; how soon a change of a schedule is seen
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # its lines look like ours
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
DJANGO_CELERY_BEAT_TZ_AWARE = True

globals().update(mail_settings(env.smtp_url, sender=env.mail_from))

LANGUAGE_CODE = env.language
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
TIME_ZONE = env.time_zone
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = storages_of(env, DATA_DIR)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

API_PREFIX = "/api/v1/"
REALTIME_USER_SOCKETS = 100
"""Sockets of one user at one process; each tab of the console is one."""

CONSOLE_PREFIX = "/admin/"
SERVE_DOCS = True
"""Whether the OpenAPI document and its pages are there."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.api.authentication.PrincipalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.core.api.permissions.HasCode"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.core.api.throttles.RouteThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.renderers.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsers.OrjsonParser"],
    "DEFAULT_FILTER_BACKENDS": ["apps.core.api.filters.Filters"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.pagination.PagePagination",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.core.api.negotiation.OneRenderer",
    "DEFAULT_METADATA_CLASS": "apps.core.api.negotiation.Methods",
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.schema.CodeSchema",
    "EXCEPTION_HANDLER": "apps.core.api.exceptions.handle_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Atrium",
    "DESCRIPTION": "The API of an admin platform: users, departments, roles, menus, plugins.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["apps.core.api.documents.finish"],
}

CORS_ALLOWED_ORIGINS = list(env.cors_origins)
CORS_ALLOW_CREDENTIALS = bool(env.cors_origins)
CORS_EXPOSE_HEADERS = ["X-Request-ID"]
CORS_URLS_REGEX = r"^/api/.*$"
CSRF_TRUSTED_ORIGINS = list(env.cors_origins)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
LOGGING = logging_config(env, data_dir=DATA_DIR)
LOGGING_CONFIG = "config.logs.setup.configure"
