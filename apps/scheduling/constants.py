"""Names and bounds of scheduling."""

SCHEDULE_HEADER = "atrium_schedule"
"""Key of the schedule that a message belongs to."""

TRIGGER_HEADER = "atrium_trigger"
"""What queued a message; one of `Trigger`."""

EACH_MINUTE = "* * * * *"
"""The crontab of a schedule that has none. Source: the contract, 9.1."""

CRON_FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
"""The columns of a crontab, in the order in which people write them."""

DUE_HEADER = "atrium_due"
"""The moment, ISO 8601, that a schedule's message is for."""

UNTIL_HEADER = "atrium_until"
"""The moment, ISO 8601, from which on a message of a schedule comes too late to begin.

Not Celery's own, for which a broker throws the message away, and which is heeded still when a job
that has begun is tried again.
"""

LEAST_SECONDS = 1
"""The shortest interval."""

LONGEST_SECONDS = 10 * 366 * 24 * 3600
"""The longest interval."""

RUNS_TOPIC = "scheduling.runs"
RUN_CHANGED = "run.changed"
RUN_ROWS = "scheduling.run_rows"
"""The cache tag that ends the landmarks of the list of runs; who deletes runs invalidates it."""

WORKERS_TOPIC = "scheduling.workers"
RUNS_GROUP = f"topic.{RUNS_TOPIC}"
"""Where changes of runs are told: `run.changed` with id, task_id, name, state, percent, text."""

RUN_LINES = "run.lines"
"""Told to the same group: id and task_id of a run, its new `lines` (id, time, level, text, as the
API shows them), and how many new ones before those were `missed` out: the API has them."""

TOLD_LINES = 100
"""Lines that are told at once."""

BEAT_SECONDS = 5.0
"""How often a process tells that its runs are alive."""

TELL_SECONDS = 0.34
"""How often percent and text of a run are written and told at most."""

LINE_SECONDS = 1.0
"""How long a line of a run waits to be written at most."""

HOLD_SECONDS = 20
"""How long a lease holds without a sign of life of its holder."""

RETRY_CAP_SECONDS = 3600
"""The longest wait before a next try, give or take a tenth."""

LEASE_SECONDS = 1.1 * RETRY_CAP_SECONDS + HOLD_SECONDS
"""How long the run of a schedule holds its lease at most: while it waits for its next try."""

DEAD_SECONDS = 20
"""A run whose last sign of life is older than that is begun anew when its message comes back."""

SILENT_SECONDS = 30
"""A run whose last sign of life is older than that is looked after by the reaper."""

MAX_DEATHS = 3
"""A job that took its worker down so often is given up."""

HARD_SECONDS = 10
"""How long a run that was asked to end may take to do so."""

GRACE_SECONDS = 10
"""How long a run may take to end by itself after its time is over."""

QUEUE_SECONDS = 600
"""How long a message waits before the reaper looks whether it is still there."""

MAX_LINES = 5_000
MAX_LINE = 2_000
MAX_RESULT = 65_536
MAX_ERROR = 500
MAX_TRACEBACK = 20_000
MAX_ARGUMENTS = 20_000
"""Bounds of what is kept of a run; characters, and lines."""

MAX_SENDS = 40
"""Tries after which an alert is given up; the last ones an hour apart."""
