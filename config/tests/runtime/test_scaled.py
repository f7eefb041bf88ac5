from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.env import Env
from config.runtime.scaled import BROKER_NEEDS, SERVER_NEEDS, refuse_embedded


def test_what_is_missing_is_named_in_one_line() -> None:
    with pytest.raises(CommandError) as refusal:
        refuse_embedded(Env(), SERVER_NEEDS)
    assert str(refusal.value).startswith("REDIS_URL and CELERY_BROKER_URL must be set")
    assert "\n" not in str(refusal.value)


def test_a_worker_needs_the_broker_alone() -> None:
    refuse_embedded(Env(celery_broker_url="amqp://x"), BROKER_NEEDS)
    with pytest.raises(CommandError, match=r"^REDIS_URL must"):
        refuse_embedded(Env(celery_broker_url="amqp://x"), SERVER_NEEDS)


@pytest.mark.parametrize("command", ["serve", "worker", "beat"])
def test_no_process_starts_that_would_work_for_itself_alone(command: str, settings: Any) -> None:
    settings.ATRIUM = Env()
    with pytest.raises(CommandError, match="CELERY_BROKER_URL must be set"):
        call_command(command)
