"""Threads that live as long as the process and answer to an event loop."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import Context, copy_context
from queue import SimpleQueue
from typing import Any, TypeVar, cast

T = TypeVar("T")
Job = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Any]", Context, Callable[[], Any]]


class ThreadPool:
    """Runs functions in threads that keep their thread-locals, and so their database connections.

    Leaner than a ThreadPoolExecutor: one queue, one wake-up of the loop for each answer. The
    threads
    are daemons, because what hangs in one must not keep the process alive.

    Args:
        size: How many threads there are, from the first use on.
        name: Starts the threads' names.
    """

    def __init__(self, size: int, *, name: str) -> None:
        self._size = size
        self._name = name
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._mutex = threading.Lock()
        self._is_started = False

    async def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, run in a thread with a copy of the caller's context.

        Cancelled, it returns at once; work that has begun goes on to its end unheard.
        """
        if not self._is_started:
            self._start()
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._jobs.put((loop, future, copy_context(), work))
        return cast(T, await future)

    def _start(self) -> None:
        with self._mutex:
            if not self._is_started:
                self._is_started = True
                for number in range(self._size):
                    name = f"{self._name}-{number}"
                    threading.Thread(target=self._serve, name=name, daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._do(*self._jobs.get())

    def _do(
        self,
        loop: asyncio.AbstractEventLoop,
        future: "asyncio.Future[Any]",
        context: Context,
        work: Callable[[], Any],
    ) -> None:
        if future.cancelled():
            return
        result: Any = None
        error: BaseException | None = None
        try:
            result = context.run(work)
        except BaseException as raised:  # noqa: BLE001 - handed to whoever awaits it
            error = raised
        try:
            loop.call_soon_threadsafe(_settle, future, result, error)
        except RuntimeError:  # the loop is closed: nobody awaits it any more
            return


def _settle(future: "asyncio.Future[Any]", result: Any, error: BaseException | None) -> None:
    if future.done():  # cancelled: the server is stopping
        return
    if error is None:
        future.set_result(result)
    elif isinstance(error, Exception) and not isinstance(error, StopIteration):
        future.set_exception(error)
    else:  # a SystemExit would end the loop, and a StopIteration cannot be set
        future.set_exception(RuntimeError(f"{type(error).__name__} in a thread"))
