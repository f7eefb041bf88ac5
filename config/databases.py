"""Turn DATABASE_URL into Django's DATABASES entry."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ENGINES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;"
    "PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;PRAGMA cache_size=2000;"
)
WAIT_SECONDS = 20


def database(url: str, *, data_dir: Path, pool_size: int) -> dict[str, Any]:
    """Return the settings of the one database.

    Raises:
        ImproperlyConfigured: The URL names a database that we do not speak to.
    """
    parts = urlsplit(url)
    if not url or parts.scheme == "sqlite":
        return _sqlite(parts.path[1:] if url else str(data_dir / "atrium.sqlite3"))
    if parts.scheme not in ENGINES:
        msg = f"DATABASE_URL begins with {parts.scheme!r}; known are sqlite, {', '.join(ENGINES)}"
        raise ImproperlyConfigured(msg)
    engine = ENGINES[parts.scheme]
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    if engine == "postgresql":
        # Persistent connections do not work under ASGI (a thread a request), so the pool of psycopg
        # does.
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": WAIT_SECONDS}
        # Statements are prepared by the server from the first use on: the SQL of a list is the same
        # every time.
        options["server_side_binding"] = True
        options["prepare_threshold"] = 1
        # Planned for the values at hand: a plan for any values takes a list of departments for ten,
        # and sorted half of 100,000 users where it could read twenty from an index.
        given = options.get("options", "")
        options["options"] = f"-c plan_cache_mode=force_custom_plan {given}".strip()
    else:
        options |= {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"}
        _speak_mysql()
    return {
        "ENGINE": f"django.db.backends.{engine}",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "config.runtime.sqlite",
        "NAME": name,
        "OPTIONS": {
            "timeout": WAIT_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": SQLITE_PRAGMAS,
        },
    }


def _speak_mysql() -> None:
    """Let PyMySQL stand in where mysqlclient, which needs C headers to install, is not there."""
    if find_spec("MySQLdb") is None:
        import pymysql  # noqa: PLC0415 - only hosts that chose MySQL load it

        pymysql.install_as_MySQLdb()
