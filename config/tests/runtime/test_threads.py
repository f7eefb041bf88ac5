import asyncio
import threading
import time
from contextvars import ContextVar

import pytest

from config.runtime.threads import ThreadPool

word: ContextVar[str] = ContextVar("word", default="none")


async def test_work_is_done_in_another_thread_with_the_context_of_the_caller() -> None:
    pool = ThreadPool(1, name="test")
    word.set("here")
    seen = await pool.run(lambda: (threading.current_thread().name, word.get()))
    assert seen == ("test-0", "here")


async def test_what_work_puts_into_its_context_stays_there() -> None:
    pool = ThreadPool(1, name="test")
    await pool.run(lambda: word.set("there"))
    assert word.get() == "none"
    assert await pool.run(word.get) == "none"


async def test_threads_live_on_and_keep_what_is_theirs() -> None:
    pool = ThreadPool(1, name="test")
    local = threading.local()
    await pool.run(lambda: setattr(local, "kept", 1))
    assert await pool.run(lambda: local.kept) == 1


async def test_no_more_than_so_many_work_at_once() -> None:
    pool = ThreadPool(2, name="test")
    busy: list[int] = []
    most: list[int] = []

    def work() -> None:
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.02)
        busy.pop()

    await asyncio.gather(*(pool.run(work) for _ in range(8)))
    assert len(most) == 8
    assert max(most) == 2


async def test_errors_reach_the_caller() -> None:
    pool = ThreadPool(1, name="test")
    with pytest.raises(ZeroDivisionError):
        await pool.run(lambda: 1 // 0)


@pytest.mark.parametrize("kind", [SystemExit, StopIteration, KeyboardInterrupt])
async def test_what_would_end_the_server_becomes_an_error(kind: type[BaseException]) -> None:
    pool = ThreadPool(1, name="test")

    def leave() -> None:
        raise kind

    with pytest.raises(RuntimeError, match=kind.__name__):
        await pool.run(leave)
    assert await pool.run(lambda: 1) == 1


async def test_who_gives_up_is_let_go_at_once_and_the_thread_goes_on() -> None:
    pool = ThreadPool(1, name="test")
    may_end, has_ended = threading.Event(), threading.Event()

    def work() -> None:
        may_end.wait(5)
        has_ended.set()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.run(work), 0.05)
    may_end.set()
    assert await asyncio.to_thread(has_ended.wait, 5)
    assert await pool.run(lambda: 1) == 1


async def test_work_that_was_given_up_before_its_turn_is_not_begun() -> None:
    pool = ThreadPool(1, name="test")
    may_end = threading.Event()
    done: list[str] = []
    first = asyncio.ensure_future(pool.run(lambda: may_end.wait(5)))
    second = asyncio.ensure_future(pool.run(lambda: done.append("second")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    may_end.set()
    await first
    assert await pool.run(lambda: list(done)) == []


def test_a_loop_that_is_gone_harms_nobody() -> None:
    pool = ThreadPool(1, name="test")
    may_end = threading.Event()

    async def leave() -> None:
        task = asyncio.ensure_future(pool.run(lambda: may_end.wait(5)))
        await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(leave())
    may_end.set()

    async def come_back() -> int:
        return await pool.run(lambda: 1)

    assert asyncio.run(come_back()) == 1
