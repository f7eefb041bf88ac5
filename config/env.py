"""The only reader of the environment: every key, its type, its default and what it is for.

A value comes from the process environment, else from the file `.env` at the top of the checkout,
else from the default. A key that starts with `ATRIUM_` and is not listed here, or a value of the
wrong type, stops the start in one line. `docs/settings.md` and `.env.example` are generated from
this file.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_type_hints

from config.values import Endpoint, EnvironmentKeyError, parse_value

BASE_DIR = Path(__file__).resolve().parent.parent
PREFIX = "ATRIUM_"
BARE = frozenset({"database_url", "redis_url", "celery_broker_url", "smtp_url"})
"""Keys that go without the prefix, because hosting platforms set them by these names."""

RESERVED = frozenset({"ATRIUM_BOOTSTRAPPED"})
"""Names with the prefix that are read before this module can be: see `config/bootstrap.py`."""

PLUGIN_PREFIX = "ATRIUM_PLUGIN_"
"""Starts the settings of plugins; `config/plugins/options.py` reads them."""

Mode = Literal["local", "test", "production"]
KeyMode = Literal["auto", "snowflake"]
Language = Literal["zh-hans", "en"]


def _key(default: Any, about: str, *, group: str, secret: bool = False) -> Any:
    return field(default=default, metadata={"about": about, "group": group, "secret": secret})


@dataclass(frozen=True, kw_only=True)
class Env:
    """The environment, read and typed."""

    env: Mode = _key("local", "Which settings to load: local, test or production.", group="General")  # noqa: RUF009 - it returns a field()
    secret_key: str = _key(
        "",
        "Signs console sessions and, without ATRIUM_JWT_KEYS, access tokens, and seals the"
        " secrets that are kept. At least 50 characters in production;"
        " elsewhere one is made on first start and kept in var/.",
        group="General",
        secret=True,
    )
    secret_key_fallbacks: tuple[str, ...] = _key(
        (),
        "Former secret keys, while one is rotated: what they signed and sealed can still be read."
        " Secrets are sealed anew at the next start.",
        group="General",
        secret=True,
    )
    demo: bool = _key(
        default=False,
        about="Three accounts (admin, opt, user) with the password 123456 and no captcha, for"
        " trying out and for tests."
        " Refused in production.",
        group="General",
    )
    data_dir: str = _key(
        "var", "Where the embedded database, keys and uploads live.", group="General"
    )
    language: Language = _key(  # noqa: RUF009 - it returns a field()
        "zh-hans",
        "Language when a client asks for none that we have: zh-hans or en.",
        group="General",
    )
    time_zone: str = _key(
        "Asia/Shanghai", "Zone in which times are shown on the wire.", group="General"
    )
    pk_mode: KeyMode = _key(  # noqa: RUF009 - it returns a field()
        "auto",
        "How primary keys are made: auto (counted by the database) or snowflake (made by us,"
        " 63 bits)."
        " Choose before the first migration.",
        group="General",
    )
    node_id: int = _key(
        -1,
        "Snowflake node of this process, 0 to 1023; -1 leases a free one from the cache.",
        group="General",
    )
    plugins: tuple[str, ...] = _key(
        (),
        "Enabled plugins, by folder name; empty means every plugin under plugins/.",
        group="General",
    )
    database_url: str = _key(
        "",
        "postgresql://user:password@host:5432/name or mysql://…; empty means SQLite in the"
        " data folder.",
        group="Services",
        secret=True,
    )
    database_pool_size: int = _key(8, "PostgreSQL connections per process.", group="Services")
    threads: int = _key(8, "Requests that one process works on at once.", group="Services")
    worker_threads: int = _key(
        4, "Jobs of a queue that `up` runs at once; scheduled: half as many.", group="Services"
    )
    redis_url: str = _key(
        "",
        "redis://host:6379/0; empty means a cache inside the process.",
        group="Services",
        secret=True,
    )
    celery_broker_url: str = _key(
        "",
        "redis://… or amqp://…; empty means a broker inside the process.",
        group="Services",
        secret=True,
    )
    smtp_url: str = _key(
        "",
        "smtp://user:password@host:587 (STARTTLS), smtps://…:465 or, without encryption,"
        " smtp+plain://host:25; empty means that no mail is sent.",
        group="Services",
        secret=True,
    )
    mail_from: str = _key("atrium@localhost", "Sender of the mails.", group="Services")
    allowed_hosts: tuple[str, ...] = _key(
        (),
        "Host names that the site answers to. Compulsory in production, without wildcard.",
        group="Network",
    )
    cors_origins: tuple[str, ...] = _key(
        (),
        "Origins, such as https://ui.example.com, whose pages may call the API.",
        group="Network",
    )
    trusted_proxies: tuple[str, ...] = _key(
        (),
        "Addresses or networks whose X-Forwarded-For is believed; everybody else's is ignored.",
        group="Network",
    )
    ip_allow: tuple[str, ...] = _key(
        (),
        "Addresses or networks that may use the site; empty means all.",
        group="Network",
    )
    ip_deny: tuple[str, ...] = _key(
        (),
        "Addresses or networks that may not, even if they are allowed.",
        group="Network",
    )
    max_body_bytes: int = _key(
        104_857_600, "Largest request that is read, in bytes; uploads included.", group="Network"
    )
    https: bool = _key(
        default=True,
        about="Whether production is reached by HTTPS: secure cookies, HSTS and the redirect"
        " follow.",
        group="Network",
    )
    docs: bool = _key(
        default=False,
        about="Serve the OpenAPI document and its pages in production too.",
        group="Network",
    )
    jwt_keys: tuple[str, ...] = _key(
        (),
        "Keys for access tokens as id:secret; the first signs, all verify. List the old one"
        " second while rotating.",
        group="Sign-in",
        secret=True,
    )
    access_token_seconds: int = _key(
        86_400, "Life of an access token, in seconds.", group="Sign-in"
    )
    refresh_token_seconds: int = _key(
        604_800,
        "Life of a refresh cookie, and so of an unused session, in seconds.",
        group="Sign-in",
    )
    refresh_cookie: str = _key(
        "atrium_refresh_token", "Name of the refresh cookie.", group="Sign-in"
    )
    captcha: bool = _key(default=True, about="Ask for a captcha at sign-in.", group="Sign-in")
    captcha_seconds: int = _key(300, "Life of a captcha, in seconds.", group="Sign-in")
    lock_threshold: int = _key(
        5,
        "Wrong passwords for one user from one address before that pair is locked; 0 never locks.",
        group="Sign-in",
    )
    lock_seconds: int = _key(300, "How long such a lock lasts, in seconds.", group="Sign-in")
    password_min_length: int = _key(6, "Shortest password allowed.", group="Passwords")
    password_max_length: int = _key(32, "Longest password allowed.", group="Passwords")
    password_require_special: bool = _key(
        default=False, about="Whether a password needs a special character.", group="Passwords"
    )
    password_history: int = _key(
        3, "How many earlier passwords may not be used again.", group="Passwords"
    )
    password_expiry_days: int = _key(
        365, "Days until a password expires; 0 means never.", group="Passwords"
    )
    password_reminder_days: int = _key(
        7, "Days before expiry from which sign-in reminds; 0 means never.", group="Passwords"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _key(
        "INFO", "Least severe log line.", group="Logs"
    )
    log_format: Literal["auto", "json", "text"] = _key(
        "auto",
        "Log lines as json or as text; auto means json in production, text elsewhere.",
        group="Logs",
    )
    log_file: str = _key(
        "",
        "File below the data folder that log lines go to as well: logs/atrium.log.",
        group="Logs",
    )
    log_file_bytes: int = _key(
        20_000_000, "Size at which the log file is put aside and begun anew.", group="Logs"
    )
    log_file_backups: int = _key(
        5, "How many log files that were put aside are kept.", group="Logs"
    )
    metrics_token: str = _key(
        "",
        "Who asks for /metrics must send it as a bearer token; empty means there are no metrics.",
        group="Operation",
        secret=True,
    )
    worker_metrics_port: int = _key(
        0,
        "Port on which `manage.py worker` answers /metrics; 0 means none.",
        group="Operation",
    )
    otlp_endpoint: str = _key(
        "",
        "Where traces are sent by OTLP over HTTP: http://collector:4318. Empty means no traces.",
        group="Operation",
    )
    service_name: str = _key("atrium", "What the traces call this installation.", group="Operation")
    drain_seconds: int = _key(
        0,
        "Seconds that a server told to stop still takes connections while"
        " /health/ready already answers 503.",
        group="Operation",
    )
    read_only: bool = _key(
        default=False,
        about="Refuse every write over the API and in the console, as in a public demonstration.",
        group="Operation",
    )
    read_only_except: tuple[str, ...] = _key(
        (),
        "Names of routes, * allowed, that may write even so; signing in and out and the"
        " choice of a language always may.",
        group="Operation",
    )
    audit_reads: float = _key(
        0.0,
        "Share of the reads that the operation log keeps, 0 to 1; writes are all kept.",
        group="Audit",
    )
    audit_mask: tuple[str, ...] = _key(
        ("password", "passwd", "secret", "token", "captcha", "credential", "apikey", "privatekey"),
        "Words; an argument whose name has one of them in it is masked in the operation log.",
        group="Audit",
    )
    audit_days: int = _key(
        365, "Days that rows of the logs are kept; 0 keeps them for ever.", group="Audit"
    )
    event_days: int = _key(
        7,
        "Days for which a client may have been away and still hears what it missed;"
        " 0 keeps events for ever.",
        group="Operation",
    )
    session_days: int = _key(
        90, "Days that ended sessions are kept; 0 keeps them for ever.", group="Sign-in"
    )
    run_days: int = _key(
        30,
        "Days that runs of jobs, their lines and their results are kept; 0 keeps them for ever.",
        group="Jobs",
    )
    alert_webhooks: tuple[Endpoint, ...] = _key(
        (),
        'Webhooks that schedules may call when a run fails, as JSON: {"ops": "https://…"} or'
        ' {"ops": {"url": "https://…", "secret": "whsec_…"}}; signed as Standard Webhooks.',
        group="Jobs",
        secret=True,
    )
    alert_robots: tuple[Endpoint, ...] = _key(
        (),
        "Chat robots that schedules may tell when a run fails, as JSON like the webhooks;"
        " they speak the protocol of DingTalk's custom robots.",
        group="Jobs",
        secret=True,
    )
    bin_days: int = _key(
        30,
        "Days that deleted users, departments, roles, positions and files stay in the recycle bin;"
        " 0 keeps them until somebody purges them.",
        group="Recycle bin",
    )
    image_bytes: int = _key(5_242_880, "Largest picture that is taken, in bytes.", group="Files")
    video_bytes: int = _key(20_971_520, "Largest video that is taken, in bytes.", group="Files")
    document_bytes: int = _key(
        52_428_800, "Largest document that is taken, in bytes.", group="Files"
    )
    document_types: tuple[str, ...] = _key(
        ("pdf", "txt", "csv", "md", "json", "docx", "xlsx", "pptx", "zip"),
        "Endings of the documents that are taken, out of pdf, txt, csv, md, json, docx, xlsx, pptx,"
        " zip, gz and mp3.",
        group="Files",
    )
    file_quota_bytes: int = _key(
        1_073_741_824,
        "Room for the files of one user, the bin included, in bytes; 0 sets no bound.",
        group="Files",
    )
    files_accel: str = _key(
        "",
        "Internal address below which nginx finds the files by itself, as /protected; empty sends"
        " them from here.",
        group="Files",
    )
    s3_bucket: str = _key(
        "",
        "Bucket of an S3-compatible storage; empty keeps files in the data folder.",
        group="Files",
    )
    s3_endpoint: str = _key(
        "", "Address of that storage, as https://s3.example.com.", group="Files"
    )
    s3_region: str = _key("", "Its region.", group="Files")
    s3_access_key: str = _key("", "Access key for it.", group="Files", secret=True)
    s3_secret_key: str = _key("", "Secret key for it.", group="Files", secret=True)

    @property
    def embedded(self) -> bool:
        """Whether everything runs inside one process: no outside cache and no outside broker."""
        return not self.redis_url and not self.celery_broker_url


def name_of(key: Field[Any]) -> str:
    """Return the name of a key as it stands in the environment."""
    return key.name.upper() if key.name in BARE else PREFIX + key.name.upper()


def read_env(environ: Mapping[str, str]) -> Env:
    """Return the typed environment.

    Raises:
        EnvironmentKeyError: A key is unknown or a value has the wrong type.
    """
    known = {name_of(key): key for key in fields(Env)}
    for name in environ:
        if name.startswith(PLUGIN_PREFIX):
            continue
        if name.startswith(PREFIX) and name not in known and name not in RESERVED:
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
            hint = f"did you mean {close[0]}?" if close else "see docs/settings.md"
            msg = f"{name} is not a setting; {hint}"
            raise EnvironmentKeyError(msg)
    types = get_type_hints(Env)
    given = {
        key.name: parse_value(name, environ[name], types[key.name])
        for name, key in known.items()
        if environ.get(name)
    }
    return Env(**given)


def dotenv(path: Path) -> dict[str, str]:
    """Return the `NAME=value` lines of a file; comments and blank lines are passed over."""
    if not path.is_file():
        return {}
    return dict(_pairs(path))


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for number, raw in enumerate(path.read_text("utf-8").splitlines(), start=1):
        line = raw.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, sign, value = line.partition("=")
        if not sign:
            msg = f"{path.name} line {number} is not NAME=value"
            raise EnvironmentKeyError(msg)
        yield name.strip(), value.strip().strip("'\"")


IS_TESTING = os.environ.get("DJANGO_SETTINGS_MODULE") == "config.settings.test"
"""A developer's `.env` must not decide how the tests end."""

environ = {**({} if IS_TESTING else dotenv(BASE_DIR / ".env")), **os.environ}
env = read_env(environ)
plugin_environ = {key: value for key, value in environ.items() if key.startswith(PLUGIN_PREFIX)}
