from apps.scheduling.constants import RUNS_GROUP, RUNS_TOPIC, WORKERS_TOPIC
from apps.scheduling.topics import TOPICS


def test_what_is_told_and_what_is_listened_to_have_the_same_names() -> None:
    runs, workers = TOPICS
    assert (runs.name, runs.group) == (RUNS_TOPIC, RUNS_GROUP)
    assert workers.name == WORKERS_TOPIC
