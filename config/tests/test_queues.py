from types import SimpleNamespace

import pytest
from kombu.transport.redis import Transport

from apps.core.jobs import SLOW, Job
from config.queues import (
    NAMES,
    SILENT_SECONDS,
    VISIBILITY_SECONDS,
    queues,
    route,
    transport_options,
)


@pytest.mark.parametrize("url", ["amqp://x//", "amqps://x//"])
def test_rabbitmq_keeps_jobs_in_quorum_queues_from_which_messages_may_wait(url: str) -> None:
    for queue in queues(url):
        arguments = queue.queue_arguments or {}
        assert arguments["x-queue-type"] == "quorum"
        assert arguments["x-delivery-limit"] > 3
        assert queue.exchange.type == "topic"


@pytest.mark.parametrize("url", ["redis://x/0", "embedded://localhost//"])
def test_other_brokers_have_plain_queues(url: str) -> None:
    for queue in queues(url):
        assert not queue.queue_arguments
        assert queue.exchange.type == "direct"


@pytest.mark.parametrize("url", ["amqp://x//", "redis://x/0", "embedded://localhost//"])
def test_each_queue_has_an_exchange_and_a_key_of_its_name(url: str) -> None:
    made = queues(url)
    assert tuple(queue.name for queue in made) == NAMES
    assert all(queue.exchange.name == queue.routing_key == queue.name for queue in made)


def test_what_rabbitmq_has_not_confirmed_is_not_sent() -> None:
    assert transport_options("amqp://x//")["confirm_publish"] is True


def test_nobody_waits_for_ever_for_a_broker_that_is_silent() -> None:
    rabbitmq, redis = transport_options("amqp://x//"), transport_options("redis://x/0")
    assert rabbitmq["read_timeout"] == rabbitmq["write_timeout"] == SILENT_SECONDS
    assert redis["socket_timeout"] == SILENT_SECONDS > Transport.brpop_timeout
    assert redis["socket_connect_timeout"] < SILENT_SECONDS


def test_redis_gives_back_what_shows_no_sign_of_life() -> None:
    options = transport_options("redis://x/0")
    assert options["visibility_timeout"] == VISIBILITY_SECONDS
    assert options["unacked_restore_throttle"] == 1
    assert transport_options("embedded://localhost//") == {}


def test_a_job_waits_in_its_lane_and_other_tasks_where_celery_says() -> None:
    job = Job()
    job.lane = SLOW
    assert route("name", task=job) == {"queue": SLOW}
    assert route("name", task=SimpleNamespace()) is None
