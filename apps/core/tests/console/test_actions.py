from typing import Any

import pytest
from django.contrib import admin

from apps.core.console import ConsoleModelAdmin, SwitchMixin


def test_a_page_must_say_which_service_switches() -> None:
    with pytest.raises(NotImplementedError):
        SwitchMixin().switch(None, [], is_active=True)  # type: ignore[arg-type] # never looked at


def test_every_page_that_can_switch_offers_both_actions() -> None:
    registered: list[Any] = list(admin.site._registry.values())
    pages = [page for page in registered if isinstance(page, SwitchMixin)]
    assert pages
    for page in pages:
        assert isinstance(page, ConsoleModelAdmin)
        assert {"enable", "disable"} <= set(page.actions)
