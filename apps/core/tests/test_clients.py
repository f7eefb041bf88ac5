import pytest

from apps.core.clients import UNKNOWN, client_address

PROXIES = ("10.0.0.0/8", "fd00::/8", "::1")


def _address(peer: str, forwarded: str = "", trusted: tuple[str, ...] = PROXIES) -> str:
    meta = {"REMOTE_ADDR": peer}
    if forwarded:
        meta["HTTP_X_FORWARDED_FOR"] = forwarded
    return client_address(meta, trusted)


def test_a_stranger_cannot_say_who_they_are() -> None:
    assert _address("192.0.2.1", "198.51.100.7") == "192.0.2.1"
    assert _address("10.0.0.1", "198.51.100.7", trusted=()) == "10.0.0.1"


def test_behind_a_proxy_the_last_hop_that_is_none_of_ours_counts() -> None:
    assert _address("10.0.0.1", "198.51.100.7") == "198.51.100.7"
    assert _address("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2") == "198.51.100.7"
    assert _address("::1", "6.6.6.6, 198.51.100.7") == "198.51.100.7"


def test_where_every_hop_is_ours_the_first_one_counts() -> None:
    assert _address("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3"
    assert _address("10.0.0.1") == "10.0.0.1"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2001:DB8::0:1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[2001:db8::1]:8080", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("192.0.2.1:8080", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        (" 192.0.2.1 ", "192.0.2.1"),
    ],
)
def test_an_address_has_one_spelling(written: str, read: str) -> None:
    assert _address(written, trusted=()) == read
    assert _address("10.0.0.1", written) == read


@pytest.mark.parametrize(
    "garbage",
    ["", "unknown", "1.2.3", "a" * 5000, "'; drop", "\0", "[", "[]", ":", "%", "1.2.3.4.5"],
)
def test_garbage_is_no_address(garbage: str) -> None:
    assert _address(garbage, trusted=()) == UNKNOWN


@pytest.mark.parametrize("forwarded", [",", ", ,", "unknown", "<script>,"])
def test_garbage_in_the_header_raises_nothing(forwarded: str) -> None:
    assert _address("10.0.0.1", forwarded) in {UNKNOWN, "10.0.0.1"}
