"""What goes on in the machine and in the cache, sampled for whoever watches."""

from django.utils.translation import gettext_lazy as _

from apps.core.topics import Topic

TOPICS = (
    Topic(
        name="monitor.server",
        label=_("server"),
        needs="monitor:server:list",
        sample="apps.monitor.selectors.server.server_sample",
    ),
    Topic(
        name="monitor.redis",
        label=_("cache server"),
        needs="monitor:redis:list",
        sample="apps.monitor.selectors.redis.redis_sample",
    ),
    Topic(
        name="monitor.health",
        label=_("health"),
        needs="monitor:server:list",
        sample="apps.monitor.services.health.health_sample",
    ),
)
