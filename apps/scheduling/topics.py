"""What goes on among the jobs, for whoever watches."""

from django.utils.translation import gettext_lazy as _

from apps.core.topics import Topic
from apps.scheduling.constants import RUNS_TOPIC, WORKERS_TOPIC

TOPICS = (
    Topic(name=RUNS_TOPIC, label=_("runs of jobs"), needs="sys:task:list"),
    Topic(
        name=WORKERS_TOPIC,
        label=_("workers and queues"),
        needs="sys:task:list",
        sample="apps.scheduling.selectors.loads.load_sample",
        seconds=3.0,
    ),
)
