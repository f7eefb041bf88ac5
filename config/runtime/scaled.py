"""What the separate processes of the scaled mode have in common."""

from collections.abc import Sequence

from django.core.management import CommandError

from config.env import Env

SERVER_NEEDS = ("redis_url", "celery_broker_url")
BROKER_NEEDS = ("celery_broker_url",)


def refuse_embedded(env: Env, needs: Sequence[str]) -> None:
    """Stop a process that would work for itself alone.

    What is embedded lives inside one process: a worker beside it would wait at a queue that nobody
    else can reach, and each of several servers would have caches and sessions of its own.

    Args:
        env: The environment.
        needs: Names of the keys that must be set.

    Raises:
        CommandError: One of them is not.
    """
    missing = [name.upper() for name in needs if not getattr(env, name)]
    if missing:
        msg = (
            f"{' and '.join(missing)} must be set to run in separate processes;"
            " manage.py up runs everything in one"
        )
        raise CommandError(msg)
