"""Lists of networks in the environment."""

from ipaddress import ip_network

from config.env import Env
from config.values import EnvironmentKeyError


def refuse_wrong_networks(env: Env) -> None:
    """Stop the start if a list names what is neither an address nor a network.

    Raises:
        EnvironmentKeyError: The first such entry.
    """
    for name in ("ip_allow", "ip_deny"):
        for entry in getattr(env, name):
            try:
                ip_network(entry, strict=False)
            except ValueError:
                msg = f"ATRIUM_{name.upper()}: {entry!r} is neither an address nor a network"
                raise EnvironmentKeyError(msg) from None
