import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from kombu import Connection, Consumer, Producer, Queue

from config import transport
from config.transport import Channel, bell

NAME = "test-transport"


@pytest.fixture
def connection() -> Iterator[Any]:
    transport.register()
    bell.begin()
    with Connection("embedded://localhost//") as made:
        yield made
    bell.begin()
    Channel.queues.pop(NAME, None)


def _send(connection: Any, body: object) -> None:
    Producer(connection.channel()).publish(body, routing_key=NAME, declare=[Queue(NAME)])


def test_a_message_goes_from_one_connection_to_another(connection: Any) -> None:
    got: list[Any] = []
    with Connection("embedded://localhost//") as other:
        _send(other, {"n": 1})
    consumer = Consumer(connection.channel(), Queue(NAME), callbacks=[lambda b, _m: got.append(b)])
    with consumer:
        connection.drain_events(timeout=1)
    assert got == [{"n": 1}]


def test_who_waits_is_woken_by_a_message_from_another_thread(connection: Any) -> None:
    arrived: list[float] = []

    def receive(_body: Any, message: Any) -> None:
        arrived.append(time.monotonic())
        message.ack()

    with Consumer(connection.channel(), Queue(NAME), callbacks=[receive]):
        sender = threading.Timer(0.2, lambda: _send(Connection("embedded://localhost//"), {}))
        sender.start()
        connection.drain_events(timeout=5)
        sender.join()
    sent_to_arrived = time.monotonic() - arrived[0]
    assert sent_to_arrived < 0.5  # kombu's own memory transport looks once a second


def test_waiting_ends_when_the_time_is_over(connection: Any) -> None:
    with Consumer(connection.channel(), Queue(NAME)):
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.2)
    assert 0.2 <= time.monotonic() - started < 1


def test_waiting_can_be_broken_off(connection: Any) -> None:
    with Consumer(connection.channel(), Queue(NAME)):
        breaker = threading.Timer(0.1, bell.end)
        breaker.start()
        started = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=30)
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=30)  # nor does anybody begin to wait after that
    assert time.monotonic() - started < 2


def test_an_acknowledgement_lets_the_next_message_through(connection: Any) -> None:
    got: list[Any] = []
    held: list[Any] = []

    def receive(body: Any, message: Any) -> None:
        got.append(body)
        held.append(message)

    channel = connection.channel()
    channel.basic_qos(0, 1, apply_global=False)
    for number in (1, 2):
        _send(connection, number)
    with Consumer(channel, Queue(NAME), callbacks=[receive]):
        connection.drain_events(timeout=1)
        with pytest.raises(TimeoutError):
            connection.drain_events(timeout=0.1)
        freed = threading.Timer(0.1, held[0].ack)
        freed.start()
        connection.drain_events(timeout=5)
    assert got == [1, 2]


def test_a_message_that_is_given_back_comes_again(connection: Any) -> None:
    got: list[Any] = []

    def receive(body: Any, message: Any) -> None:
        got.append(body)
        if len(got) == 1:
            message.reject(requeue=True)

    _send(connection, "again")
    with Consumer(connection.channel(), Queue(NAME), callbacks=[receive]):
        connection.drain_events(timeout=1)
        connection.drain_events(timeout=1)
    assert got == ["again", "again"]


def test_many_threads_that_send_at_once_lose_nothing(connection: Any) -> None:
    got: list[int] = []

    def send(start: int) -> None:
        with Connection("embedded://localhost//") as own:
            for number in range(start, start + 50):
                _send(own, number)

    threads = [threading.Thread(target=send, args=(n * 50,)) for n in range(8)]
    for thread in threads:
        thread.start()
    consumer = Consumer(
        connection.channel(), Queue(NAME), callbacks=[lambda b, _m: got.append(b)], no_ack=True
    )
    with consumer:
        while len(got) < 400:
            connection.drain_events(timeout=5)
    assert sorted(got) == list(range(400))


def test_a_broadcast_reaches_every_queue_bound_to_it(connection: Any) -> None:
    from kombu import Exchange  # noqa: PLC0415 - of use here alone

    exchange = Exchange(f"{NAME}-fanout", type="fanout")
    queues = [Queue(f"{NAME}-{number}", exchange) for number in (1, 2)]
    got: list[Any] = []
    with Consumer(connection.channel(), queues, callbacks=[lambda b, _m: got.append(b)]):
        Producer(connection.channel(), exchange).publish("all")
        connection.drain_events(timeout=1)
        connection.drain_events(timeout=1)
    assert got == ["all", "all"]
