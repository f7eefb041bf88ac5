"""`python -m bench.drills.queued --broker rabbitmq`: jobs while workers, brokers and beats die.

Every job counts itself in a Redis that nobody touches. It passes if no job is lost, none that must
not be repeated is, each moment of a schedule is sent once, and a beat's twin takes over in time.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.drills.services import Postgres, RabbitMQ, Redis

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0
TAKE_OVER_SECONDS = 30.0


@dataclass(frozen=True)
class Finding:
    """What a drill came to."""

    name: str
    text: str
    is_passed: bool

    def __str__(self) -> str:
        return f"{'passed' if self.is_passed else 'FAILED'}  {self.name}: {self.text}"


class Stage:
    """The services and the processes of a drill.

    Args:
        broker: The broker under test.
        counter: The Redis that counts.
        environ: The environment of the processes.
        log: Where they write.
    """

    def __init__(
        self, broker: Redis | RabbitMQ, counter: Redis, environ: dict[str, str], log: Path
    ) -> None:
        self.broker = broker
        self._environ = environ
        self._log = log
        self._running: list[subprocess.Popen[bytes]] = []
        os.environ.update(environ)
        import redis  # noqa: PLC0415 - beside its only use

        self.counts: Any = redis.Redis.from_url(counter.url, decode_responses=True)

    def run(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command of the platform in a group of processes of its own."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(process)
        return process

    def worker(self, name: str, *, concurrency: int = 2) -> subprocess.Popen[bytes]:
        """Start a worker, and wait until it answers."""
        started = self.run("worker", "--name", name, "--concurrency", str(concurrency))
        self.until(lambda: any(found.startswith(f"{name}@") for found in self._ping()))
        return started

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and its children as a machine that burns would."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.remove(process)

    def end(self) -> None:
        """Stop whatever runs, and forget what was counted."""
        for process in self._running[:]:
            self.kill(process)
        self.counts.flushall()

    def until(self, is_so: Callable[[], bool], seconds: float = PATIENCE) -> float:
        """Wait for something; return how long it took, or `inf` where it did not come."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if is_so():
                return time.monotonic() - started
            time.sleep(0.1)
        return float("inf")

    def done(self) -> int:
        """Return how many jobs have come to their end."""
        return int(self.counts.hlen("done"))

    def repeated(self) -> int:
        """Return how many jobs have begun more than once."""
        return sum(int(times) > 1 for times in self.counts.hvals("begun"))

    def fired(self, name: str) -> list[list[str]]:
        """Return when a schedule was fired, by what, and for which moment."""
        return [line.split(" ") for line in self.counts.lrange(f"fired {name}", 0, -1)]

    def _ping(self) -> Sequence[str]:
        from apps.scheduling.selectors.workers import ping  # noqa: PLC0415 - needs Django set up

        return ping()


def queue(task: str, numbers: range, **kwargs: Any) -> None:
    """Queue a job of the drills for each number."""
    from bench.drills import tasks  # noqa: PLC0415 - needs Django set up

    for number in numbers:
        getattr(tasks, task).apply_async(kwargs={"number": number, **kwargs})


def worker_killed(stage: Stage) -> Finding:
    """Kill a worker in mid-job, with another beside it."""
    first = stage.worker("first")
    queue("count", range(3), seconds=2.0)
    queue("count_once", range(20, 24), seconds=2.0)
    queue("count", range(3, 20), seconds=2.0)
    # One of either kind is in hand then.
    stage.until(lambda: stage.done() >= 2 and stage.counts.hlen("begun") >= 4)  # noqa: PLR2004
    time.sleep(1)
    stage.kill(first)
    held = stage.counts.hlen("begun") - stage.done()
    stage.worker("second")
    took = stage.until(lambda: stage.done() >= 24 - _given_up(stage))
    lost = 24 - stage.done() - _given_up(stage)
    once = sum(int(stage.counts.hget("begun", str(number)) or 0) > 1 for number in range(20, 24))
    text = (
        f"24 jobs, {held} in hand; lost {lost}, repeated {stage.repeated()}, of those that must"
        f" not be {once}, reported as lost {_given_up(stage)}; all done after {took:.0f} s"
    )
    return Finding("worker killed", text, not lost and not once)


def broker_restarted(stage: Stage) -> Finding:
    """Kill the broker while jobs wait and run and a beat sends, and start it anew."""
    stage.worker("first")
    stage.run("beat")
    stage.until(lambda: _holder() is not None)
    schedule("tick", every=1, missed="all")
    stage.until(lambda: len(stage.fired("tick")) > 1)
    queue("count", range(100), seconds=0.3)
    stage.until(lambda: stage.done() >= 10)  # noqa: PLR2004 - it is at work
    stage.broker.stop()
    time.sleep(3)
    before, ticks = stage.done(), len(stage.fired("tick"))
    stage.broker.start()
    again = stage.until(lambda: stage.done() > before + 4)
    stage.until(lambda: stage.done() >= 100)  # noqa: PLR2004 - all of them
    stage.until(lambda: len(stage.fired("tick")) > ticks + 30)
    lost, gaps = 100 - stage.done(), _gaps(stage, "tick")
    text = (
        f"100 jobs; lost {lost}, begun twice {stage.repeated()}; at work again {again:.0f} s after"
        f" it; of {len(stage.fired('tick'))} moments of a schedule lost {gaps}, sent twice"
        f" {_twice(stage, 'tick')}"
    )
    return Finding("broker restarted", text, not lost and not gaps and not _twice(stage, "tick"))


def tries_wait(stage: Stage) -> Finding:
    """Let jobs fail once, and be tried again some seconds later."""
    stage.worker("first")
    queue("stumble", range(10), seconds=3.0)
    took = stage.until(lambda: stage.done() >= 10, 60)  # noqa: PLR2004 - all of them
    text = f"10 jobs that are tried again 3 s later; done {stage.done()}, after {took:.1f} s"
    return Finding("tries that wait", text, stage.done() == 10)  # noqa: PLR2004 - all of them


def poisoned(stage: Stage) -> Finding:
    """Let a job take its worker's process down each time, with others beside it."""
    stage.worker("first")
    queue("die", range(1))
    queue("count", range(1, 21), seconds=0.5)
    took = stage.until(lambda: _given_up(stage) == 1)
    deaths = int(stage.counts.hget("begun", "0") or 0)
    stage.until(lambda: stage.done() == 20, 30)  # noqa: PLR2004 - all of them
    text = f"given up and reported after {deaths} deaths, {took:.0f} s; of 20 others {stage.done()}"
    is_passed = took < PATIENCE and stage.done() == 20  # noqa: PLR2004 - all of them
    return Finding("job that kills", f"{text} done", is_passed)


def many(stage: Stage, count: int) -> Finding:
    """Queue very many, and let two workers do them."""
    started = time.monotonic()
    queue("count", range(count))
    queued = time.monotonic() - started
    for name in ("first", "second"):
        stage.worker(name)
    took = stage.until(lambda: stage.done() >= count, 900)
    lost = count - stage.done()
    text = (
        f"{count} jobs queued in {queued:.0f} s; lost {lost}, repeated {stage.repeated()};"
        f" done {took:.0f} s after both workers were up, {count / took:.0f} a second"
    )
    return Finding("many jobs", text, not lost and not stage.repeated())


def beat_killed(stage: Stage) -> Finding:
    """Kill the beat that acts, with a twin beside it."""
    schedule("tick", every=1)
    stage.worker("first")
    beats = {process.pid: process for process in (stage.run("beat"), stage.run("beat"))}
    stage.until(lambda: len(stage.fired("tick")) > 4)  # noqa: PLR2004 - it is at work
    stage.kill(beats[_holder() or 0])
    killed = time.time()
    came: Callable[[], list[list[str]]] = lambda: [  # noqa: E731 - three words
        line for line in stage.fired("tick") if float(line[0]) > killed + 1
    ]
    took = stage.until(lambda: len(came()) > 4)  # noqa: PLR2004 - it is at work
    gap = float(came()[0][0]) - killed if came() else float("inf")
    twice = _twice(stage, "tick")
    text = f"the twin fires {gap:.1f} s later; moments sent twice {twice}, of {len(came())} since"
    return Finding("beat killed", text, gap < TAKE_OVER_SECONDS and not twice and took < PATIENCE)


def times_missed(stage: Stage) -> Finding:
    """Stop the beat for three times of a schedule, under each policy."""
    wanted = {"drop": 0, "once": 1, "all": 3}
    every = 15
    stage.worker("first")
    beat = stage.run("beat")
    stage.until(lambda: _holder() is not None)
    for missed in wanted:
        schedule(missed, every=every, missed=missed)
    stage.until(lambda: all(stage.fired(name) for name in wanted))
    last = max(float(stage.fired(name)[-1][0]) for name in wanted)
    stage.kill(beat)
    time.sleep(max(0.0, last + 3 * every + 1 - time.time()))  # the fourth time is far off yet
    stage.run("beat")
    took = stage.until(lambda: all(_is_back(stage, name, last + 3.5 * every) for name in wanted))
    made_up = {name: sum(line[1] == "catch_up" for line in stage.fired(name)) for name in wanted}
    twice = sum(_twice(stage, name) for name in wanted)
    told = ", ".join(f"{name} {made_up[name]}" for name in wanted)
    text = f"made up for: {told}; sent twice {twice}"
    return Finding("three missed times", text, made_up == wanted and took < PATIENCE)


def schedule(name: str, *, every: int, missed: str = "drop") -> None:
    """Make a schedule of so many seconds."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask  # noqa: PLC0415

    from apps.scheduling.models import SchedulePolicy  # noqa: PLC0415 - needs Django set up

    times = IntervalSchedule.objects.create(every=every, period="seconds")
    row = PeriodicTask.objects.create(
        name=name, task="bench.drills.tasks.fire", interval=times, args=f'["{name}"]'
    )
    SchedulePolicy.objects.create(schedule=row, missed=missed, missed_limit=100, may_overlap=True)


def _is_back(stage: Stage, name: str, since: float) -> bool:
    """Tell whether a schedule runs at its own times again."""
    return any(line[1] == "schedule" and float(line[0]) > since for line in stage.fired(name))


def _twice(stage: Stage, name: str) -> int:
    dues = [line[2] for line in stage.fired(name)]
    return len(dues) - len(set(dues))


def _gaps(stage: Stage, name: str) -> int:
    """Return how many moments of a schedule of a second have no message, up to the last but ten."""
    dues = sorted({datetime.fromisoformat(line[2]) for line in stage.fired(name)})[:-10]
    return round((dues[-1] - dues[0]).total_seconds()) + 1 - len(dues)


def _given_up(stage: Stage) -> int:
    """Return how many jobs are reported as lost."""
    from apps.scheduling.models import Run  # noqa: PLC0415 - needs Django set up

    del stage
    return Run.objects.filter(state="lost").count()


def _holder() -> int | None:
    """Return the process that keeps the schedules."""
    from apps.scheduling.models import Lease  # noqa: PLC0415 - needs Django set up

    held = Lease.objects.filter(name="beat").first()
    return int(held.holder.split(":")[1]) if held else None


@contextmanager
def staged(kind: str, port: int, log: Path) -> Iterator[Stage]:
    """Run the services for as long as the context lasts."""
    with ExitStack() as stack:
        folders = [
            Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atrium-drill-")))
            for _ in range(3)
        ]
        counter, postgres = Redis(port), Postgres(port + 1, folders[0])
        broker = (
            RabbitMQ(port + 2, folders[1]) if kind == "rabbitmq" else Redis(port + 2, folders[1])
        )
        postgres.make()
        for service in (postgres, counter, broker):
            service.start()
            stack.callback(service.stop)
        environ = os.environ | {
            "DJANGO_SETTINGS_MODULE": "bench.drills.settings",
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres",
            "REDIS_URL": f"redis://127.0.0.1:{counter.port}/1",
            "CELERY_BROKER_URL": broker.url,
            "DRILL_COUNTS": counter.url,
            "ATRIUM_DATA_DIR": str(folders[2]),
        }
        stage = Stage(broker, counter, environ, log)
        stack.callback(stage.end)
        stage.run("migrate", "-v0").wait()
        yield stage


def main() -> int:
    """Run the drills that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench.drills.queued", description=__doc__)
    parser.add_argument("--broker", choices=["rabbitmq", "redis"], default="rabbitmq")
    parser.add_argument("--port", type=int, default=8330, help="the first of five")
    parser.add_argument("--jobs", type=int, default=10_000, help="of the drill with many")
    parser.add_argument("--only", default="", help="names of the drills, separated by commas")
    parser.add_argument("--log", type=Path, default=Path("/dev/null"), help="of the processes")
    chosen = parser.parse_args()
    drills: dict[str, Callable[[Stage], Finding]] = {
        "worker": worker_killed,
        "broker": broker_restarted,
        "tries": tries_wait,
        "poison": poisoned,
        "beat": beat_killed,
        "missed": times_missed,
        "many": lambda stage: many(stage, chosen.jobs),
    }
    names = chosen.only.split(",") if chosen.only else list(drills)
    return max([_drill(drills[name], chosen) for name in names], default=0)


def _drill(drill: Callable[[Stage], Finding], chosen: argparse.Namespace) -> int:
    """Run one drill in a process of its own, with services that know nothing of the one before."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return int(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0)
    with staged(chosen.broker, chosen.port, chosen.log) as stage:
        import django  # noqa: PLC0415 - the services are in the environment from here on

        django.setup()
        found = drill(stage)
    sys.stdout.write(f"{found}\n")
    sys.stdout.flush()
    os._exit(0 if found.is_passed else 1)


if __name__ == "__main__":
    sys.exit(main())
