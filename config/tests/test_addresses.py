import pytest

from config.addresses import refuse_wrong_networks
from config.env import Env
from config.values import EnvironmentKeyError


def test_addresses_and_networks_of_both_kinds_are_fine() -> None:
    refuse_wrong_networks(
        Env(ip_allow=("10.0.0.0/8", "::1"), ip_deny=("192.0.2.7", "2001:db8::/32"))
    )


@pytest.mark.parametrize("name", ["ip_allow", "ip_deny"])
@pytest.mark.parametrize("entry", ["example.org", "10.0.0.0/33", "10.0.0", "*"])
def test_anything_else_stops_the_start_in_one_line(name: str, entry: str) -> None:
    with pytest.raises(EnvironmentKeyError) as stop:
        refuse_wrong_networks(Env(**{name: (entry,)}))  # type: ignore[arg-type] # by name
    assert str(stop.value).startswith(f"atrium: ATRIUM_{name.upper()}: {entry!r}")
    assert "\n" not in str(stop.value)
