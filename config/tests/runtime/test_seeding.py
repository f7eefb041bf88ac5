import sys
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps

from config.runtime.seeding import seed_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give two apps seeds that note their turn, and take the real ones away."""
    order: list[str] = []
    names = ["apps.console", "apps.core"]
    for name in names:
        module: Any = ModuleType(f"{name}.seeds")

        def seed(*, demo: bool, name: str = name) -> list[str] | None:
            order.append(f"{name} {demo}")
            return [f"told by {name}"] if name == "apps.core" else None

        module.seed = seed
        monkeypatch.setitem(sys.modules, f"{name}.seeds", module)
    monkeypatch.setattr(
        "config.runtime.seeding.module_has_submodule",
        lambda package, name: package.__name__ in names and name == "seeds",
    )
    monkeypatch.setattr(
        "config.runtime.seeding.call_command", lambda name, **_options: order.append(name)
    )
    return order


def test_menus_come_first_and_then_the_lowest_floor(order: list[str]) -> None:
    assert seed_all(demo=True) == ["told by apps.core"]
    assert order == ["sync_menus", "apps.core True", "apps.console True"]


def test_plugins_come_last() -> None:
    names = [config.name for config in apps.get_app_configs()]
    local = [number for number, name in enumerate(names) if name.startswith("apps.")]
    plugins = [number for number, name in enumerate(names) if name.startswith("plugins.")]
    assert not plugins or max(local) < min(plugins)


def test_the_real_seeds_tell_the_first_password_once(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"
    first = seed_all(demo=False)
    assert [line for line in first if "admin" in line]
    assert seed_all(demo=False) == []
