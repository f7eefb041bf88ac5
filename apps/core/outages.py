"""How an outage of a service shows itself."""

import redis
from django_redis.exceptions import ConnectionInterrupted

CACHE_UNREACHABLE = (ConnectionInterrupted, redis.RedisError, OSError)
"""What is raised while Redis does not answer; with the cache inside the process it never is."""
