"""What goes on among the jobs, for whoever watches."""

from django.utils.translation import gettext_lazy as _

from apps.core.topics import Topic

TOPICS = (
    Topic(name="scheduling.runs", label=_("runs of jobs"), needs="sys:task:list"),
    Topic(
        name="scheduling.workers",
        label=_("workers and queues"),
        needs="sys:task:list",
        sample="apps.scheduling.selectors.loads.load_sample",
        seconds=3.0,
    ),
)
