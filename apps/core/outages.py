"""How an outage of a service shows itself."""

import redis
from django_redis.exceptions import ConnectionInterrupted

REDIS_ERRORS = (ConnectionInterrupted, redis.RedisError)
CACHE_UNREACHABLE = (*REDIS_ERRORS, OSError)
"""What is raised while Redis does not answer; with the cache inside the process it never is."""
