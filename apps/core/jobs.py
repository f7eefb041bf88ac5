"""How jobs are declared, started by services that do not know them, and tell how far they are."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from celery import Task, current_app, shared_task, states
from celery.exceptions import Ignore, Reject, Retry, WorkerShutdown, WorkerTerminate
from celery.signals import task_postrun, task_prerun
from django.db import transaction
from django.dispatch import Signal
from django.utils.functional import Promise

from apps.core.context import RequestContext, current_context, enter_context, leave_context
from apps.core.masking import MASK, is_secret, masked
from apps.core.sealing import opened, seal, sealed

HEADER = "atrium_context"
PREFIX = "atrium_"
"""Starts the headers of ours; they go with a message that is sent again."""

QUICK, SLOW, SCHEDULED = "quick", "slow", "scheduled"
"""The queues: what somebody waits for, what takes minutes, what the schedules ask for."""

job_asked = Signal()
"""A worker has a `task` in hand and asks whether it may begin.

A receiver that answers a `Refusal` keeps it from beginning.
"""

job_fell = Signal()
"""A `task` raised an `error`; a receiver may answer the seconds after which it is tried again.

One that raises SystemExit says that the task is not done: its worker stops.
"""

job_reported = Signal()
"""A running job tells how far it is: `task_id`, `percent` (0-100) and `text`.

A receiver that answers an exception ends the job by it.
"""


class JobCancelled(Exception):  # noqa: N818 - an order, not an error
    """Raised inside a job whose end was asked for; let it pass."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a job does not begin.

    Attributes:
        state: The state of Celery's under which its message ends.
        again_in: Seconds after which it asks anew; None ends it.
    """

    state: str = states.IGNORED
    again_in: float | None = None


class Job(Task[Any, Any]):
    """A task that people may schedule and start.

    Attributes:
        label: What people call it.
        lane: The queue that it waits in, `QUICK`, `SLOW` or `SCHEDULED`.
        is_repeatable: Whether it may run again when it is not known how far it came.
        is_quiet: Whether only its failures are worth a row; for what runs every few seconds.
    """

    abstract = True
    label: str | Promise = ""
    lane: str = QUICK  # Celery wants no `queue` here; its routes read this
    is_repeatable: bool = False
    is_quiet: bool = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        request: Any = self.request
        if request.called_directly or getattr(request, "is_asked", False):
            return super().__call__(*args, **kwargs)
        request.is_asked = True
        self._ask()
        try:
            return self._run(args, kwargs)
        except BaseException as error:
            # Celery tells of the end only once it has stored it, which may fail.
            request.raised = error
            raise

    def apply_async(self, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any) -> Any:
        """Send it; what is secret by its name is sealed on its way and masked where it is shown."""
        shown = self.shown(args or (), kwargs or {})
        if shown != (list(args or ()), dict(kwargs or {})):
            options = {"argsrepr": repr(shown[0]), "kwargsrepr": repr(shown[1]), **options}
            args, kwargs = self.sealed(args or (), kwargs or {})
        return super().apply_async(args, kwargs, *rest, **options)

    def shown(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments fit to be seen: what is secret by its name is masked."""
        found = [
            MASK if is_secret(name) else masked(value)
            for name, value in zip(self._names(args), args, strict=True)
        ]
        return found, masked(dict(kwargs))

    def sealed(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments fit to be kept: what is secret by its name is sealed."""
        purpose = str(self.name)
        found = [
            (seal if is_secret(name) else sealed)(value, purpose=purpose)
            for name, value in zip(self._names(args), args, strict=True)
        ]
        return found, sealed(dict(kwargs), purpose=purpose)

    def opened(self, arguments: Any) -> Any:
        """Return arguments as the job takes them: what is sealed in them is opened.

        Raises:
            SealError: Something in them cannot be opened.
        """
        return opened(arguments, purpose=str(self.name))

    def _names(self, args: Sequence[Any]) -> list[str]:
        """Return the names of arguments that come by position; "" beyond those that have one."""
        names = [*inspect.signature(self.run).parameters]
        return [*names[: len(args)], *[""] * (len(args) - len(names))]

    def send_again(self, *, seconds: float) -> None:
        """Send the message at hand once more, under its id; it counts as no try."""
        self.signature_from_request(
            self.request, countdown=seconds, expires=None, headers=carried(self.request)
        ).apply_async()

    def _run(self, args: Any, kwargs: Any) -> Any:
        try:
            return self.run(*self.opened(args), **self.opened(kwargs))
        except JobCancelled:
            vars(self.request)["end_state"] = states.REVOKED
            self._store(states.REVOKED)
            raise Ignore from None
        except (Ignore, Reject, Retry, WorkerShutdown, WorkerTerminate):
            raise
        except Exception as error:
            self._try_again(error)
            raise
        except BaseException as error:  # the boundary of what a job may raise
            fault = RuntimeError(f"{type(error).__name__}: {error}")
            self._try_again(fault)
            raise fault from error

    def _ask(self) -> None:
        for _receiver, answer in job_asked.send(sender=Job, task=self):
            if answer is None:
                continue
            refusal: Refusal = answer  # type: ignore[assignment] # the stubs know texts alone
            if refusal.again_in is None:
                self._store(refusal.state)
            else:
                vars(self.request)["is_sent_again"] = True
                self.send_again(seconds=refusal.again_in)
            raise Ignore

    def _store(self, state: str) -> None:
        if not self.ignore_result:
            self.update_state(state=state)

    def _try_again(self, error: Exception) -> None:
        for _receiver, answer in job_fell.send(sender=Job, task=self, error=error):
            if answer is not None:
                seconds: float = answer  # type: ignore[assignment] # see above
                raise self.retry(
                    exc=error,
                    countdown=seconds,
                    max_retries=self.request.retries + 1,
                    expires=None,  # type: ignore[arg-type] # it says that there is no end
                    headers=carried(self.request),
                )


def carried(request: Any) -> dict[str, Any]:
    """Return the headers of ours of the message at hand."""
    told = {**(request.headers or {}), **vars(request)}
    return {name: value for name, value in told.items() if name.startswith(PREFIX)}


def job(
    *,
    label: str | Promise,
    queue: str = QUICK,
    is_repeatable: bool = False,
    is_quiet: bool = False,
    **options: Any,
) -> Callable[[Callable[..., Any]], Job]:
    """Declare a function of a `tasks.py` as a job.

    Only what is declared so can be scheduled or started by people; its type hints say which
    arguments it takes, its docstring what it does.

    Args:
        label: What people call it.
        queue: `QUICK`, `SLOW` or `SCHEDULED`.
        is_repeatable: Whether running it twice does no harm. One that does harm is reported when
            its worker dies, and not run again.
        is_quiet: Whether only its failures leave a row.
        options: Further options of Celery's tasks: `max_retries`, `time_limit` (seconds) and such.
    """
    declared: Mapping[str, Any] = {
        "base": Job,
        "label": label,
        "lane": queue,
        "is_repeatable": is_repeatable,
        "is_quiet": is_quiet,
        **options,
    }

    def declare(function: Callable[..., Any]) -> Job:
        made: Job = shared_task(**declared)(function)
        return made

    return declare


def progress(percent: float, text: str = "") -> None:
    """Tell how far the job at hand is; without a job around it, nothing happens.

    Args:
        percent: 0 to 100.
        text: What it is doing, for people.

    Raises:
        JobCancelled: Somebody asked for the end of the job.
        Exception: It has to end for another reason, such as its time.
    """
    running = current_app.current_task
    if running is None or running.request.id is None:
        return
    told = job_reported.send(
        sender=Job, task_id=running.request.id, percent=min(100.0, max(0.0, percent)), text=text
    )
    answers: list[Any] = [answer for _receiver, answer in told]
    for end in (answer for answer in answers if isinstance(answer, Exception)):
        raise end


def enqueue(task_name: str, /, **kwargs: Any) -> None:
    """Run a task once the current transaction has committed; at once if there is none.

    The task is named, not imported: tasks call services, so a service that imported tasks
    would close a circle. The task runs in the context of the request: who acts and the request id
    go with it.

    Args:
        task_name: Full name of a registered task: `apps.accounts.tasks.purge_sessions`.
        kwargs: JSON-serialisable arguments; send ids, never model instances.

    Raises:
        NotRegistered: No such task (raised now, not after the commit).
    """
    task = current_app.tasks[task_name]
    headers: dict[str, Any] = {HEADER: _context()}
    transaction.on_commit(partial(task.apply_async, kwargs=kwargs, headers=headers))


def _context() -> dict[str, Any]:
    context = current_context()
    if context is None:
        return {}
    return {
        "request_id": context.request_id,
        "user_id": context.user_id,
        "username": context.username,
    }


@task_prerun.connect(dispatch_uid="atrium.context")
def _enter(task: Any, **_kwargs: Any) -> None:
    told = carried(task.request).get(HEADER)
    if told:
        task.request.context_before = enter_context(RequestContext(**told))


@task_postrun.connect(dispatch_uid="atrium.context")
def _leave(task: Any, **_kwargs: Any) -> None:
    before = getattr(task.request, "context_before", None)
    if before is not None:
        leave_context(before)
