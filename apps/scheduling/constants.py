"""Names and bounds of scheduling."""

SCHEDULE_HEADER = "atrium_schedule"
"""Key of the schedule that a message belongs to."""

TRIGGER_HEADER = "atrium_trigger"
"""What queued a message; one of `Trigger`."""

DUE_HEADER = "atrium_due"
"""The moment, ISO 8601, that a schedule's message is for."""

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
