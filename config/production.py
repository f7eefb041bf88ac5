"""What production refuses."""

from config.env import Env
from config.values import EnvironmentKeyError

MIN_SECRET_LENGTH = 50
PLACEHOLDERS = ("change", "secret", "insecure", "example")


def refuse_unsafe(env: Env) -> None:
    """Stop the start if a setting is unsafe for a server that strangers can reach.

    Raises:
        EnvironmentKeyError: The first unsafe setting, with what to do about it.
    """
    for is_unsafe, advice in (
        (
            len(env.secret_key) < MIN_SECRET_LENGTH,
            f"ATRIUM_SECRET_KEY needs {MIN_SECRET_LENGTH} characters or more in production",
        ),
        (
            any(len(key) < MIN_SECRET_LENGTH for key in env.secret_key_fallbacks),
            f"ATRIUM_SECRET_KEY_FALLBACKS needs keys of {MIN_SECRET_LENGTH} characters or more",
        ),
        (
            any(word in env.secret_key.lower() for word in PLACEHOLDERS),
            "ATRIUM_SECRET_KEY looks like a placeholder; make a random one",
        ),
        (env.demo, "ATRIUM_DEMO makes accounts with a known password; production refuses it"),
        (
            not env.allowed_hosts,
            "ATRIUM_ALLOWED_HOSTS must name the hosts of the site in production",
        ),
        (
            any("*" in host for host in env.allowed_hosts),
            "ATRIUM_ALLOWED_HOSTS must not hold a wildcard in production",
        ),
        (
            any("*" in origin for origin in env.cors_origins),
            "ATRIUM_CORS_ORIGINS must not hold a wildcard in production",
        ),
        (
            any("*" in proxy or proxy.endswith("/0") for proxy in env.trusted_proxies),
            "ATRIUM_TRUSTED_PROXIES must not trust everybody in production",
        ),
    ):
        if is_unsafe:
            raise EnvironmentKeyError(advice)
