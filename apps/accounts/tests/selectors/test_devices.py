import pytest

from apps.accounts.selectors.devices import describe_device

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Safari/537.36"
)


def test_a_browser_is_named_with_its_version() -> None:
    found = describe_device(CHROME)
    assert (found.os, found.browser, found.device) == ("Linux", "Chrome 156", "Other")


@pytest.mark.parametrize("agent", ["", "\x00", "x" * 10_000, "🙂"])
def test_what_says_nothing_is_other(agent: str) -> None:
    found = describe_device(agent)
    assert (found.os, found.browser, found.device) == ("Other", "Other", "Other")
