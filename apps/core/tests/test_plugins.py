"""What a plugin's config does when a part of the plugin is broken."""

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from apps.core.plugins import PluginConfig, load_parts

NAME = "core_trial"
Start = Callable[..., PluginConfig]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that installs a plugin made of the files given; it is gone afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(apps, "app_configs", dict(apps.app_configs))
    monkeypatch.setattr(settings.PLUGIN_REGISTRY, "refused", {})
    monkeypatch.setattr(settings.PLUGIN_REGISTRY, "settings", {NAME: {"limit": 5}})
    models = dict(apps.all_models)

    def write(ready: Callable[[], None] = lambda: None, **files: str) -> PluginConfig:
        folder = tmp_path / NAME
        folder.mkdir()
        (folder / "__init__.py").touch()
        for part, text in files.items():
            (folder / f"{part}.py").write_text(text)

        class Config(PluginConfig):
            name = NAME

            def ready(self) -> None:
                ready()

        __import__(NAME)
        config = Config(NAME, sys.modules[NAME])
        config.apps = apps
        apps.app_configs[NAME] = config
        config.import_models()
        return config

    yield write
    apps.all_models.clear()
    apps.all_models.update(models)
    for name in [*sys.modules]:
        if name.partition(".")[0] == NAME:
            del sys.modules[name]
    monkeypatch.undo()
    apps.clear_cache()


def _refused() -> dict[str, str]:
    found: dict[str, str] = settings.PLUGIN_REGISTRY.refused
    return found


def test_every_subclass_is_found_by_django_but_not_the_base() -> None:
    class One(PluginConfig):
        name = "one"

    assert (PluginConfig.default, One.default) == (False, True)


def test_a_whole_plugin_stays_and_knows_its_settings(start: Start) -> None:
    config = start(menus="MENUS = []", tasks="x = 1")
    config.load_parts()
    config.ready()
    assert apps.get_app_config(NAME) is config
    assert config.options == {"limit": 5}
    assert f"{NAME}.tasks" in sys.modules
    assert _refused() == {}


@pytest.mark.parametrize("part", ["menus", "seeds", "schedules", "routing", "tasks"])
def test_a_broken_part_takes_the_plugin_out(
    start: Start, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[bool] = []
    config = start(lambda: called.append(True), **{part: "1 / 0"})
    with caplog.at_level(logging.WARNING, logger="atrium.plugins"):
        config.load_parts()
    config.ready()
    reason = f"error in its {part}: ZeroDivisionError: division by zero"
    assert _refused() == {NAME: reason}
    assert caplog.messages == [f"The plugin {NAME} is refused: {reason}"]
    assert NAME not in apps.app_configs
    assert called == []


def test_broken_models_take_the_plugin_out_with_the_tables_made_so_far(start: Start) -> None:
    half = (
        "from django.db import models\n"
        f"class Half(models.Model):\n    class Meta:\n        app_label = '{NAME}'\n"
    )
    start(models=f"{half}1 / 0")
    assert "error in its models" in _refused()[NAME]
    assert NAME not in apps.app_configs
    assert NAME not in apps.all_models
    assert not [model for model in apps.get_models() if model.__name__ == "Half"]


def test_a_failing_ready_takes_the_plugin_out(start: Start) -> None:
    def fail() -> None:
        raise LookupError

    config = start(fail)
    config.load_parts()
    assert apps.get_app_config(NAME) is config
    config.ready()
    assert "error in its ready(): LookupError" in _refused()[NAME]
    assert NAME not in apps.app_configs


def test_a_plugin_that_must_load_stops_the_start(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.PLUGIN_REGISTRY, "insisted", frozenset({NAME}))
    config = start(menus="1 / 0")
    with pytest.raises(SystemExit, match=f"ATRIUM_PLUGINS names {NAME}, which is refused"):
        config.load_parts()


@pytest.mark.django_db
def test_a_seed_is_told_of_the_demo_and_its_lines_are_shown(start: Start) -> None:
    config = start(seeds="def seed(*, demo): return [f'demo {demo}']")
    assert config.seed(demo=True) == ["demo True"]


@pytest.mark.django_db
def test_of_a_failing_seed_nothing_is_kept_and_the_platform_goes_on(
    start: Start, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = start(
        seeds="from django.contrib.contenttypes.models import ContentType\n"
        "def seed(*, demo):\n"
        "    ContentType.objects.create(app_label='core_trial', model='x')\n"
        "    1 / 0\n"
    )
    assert config.seed(demo=False) == []
    assert not ContentType.objects.filter(app_label=NAME).exists()
    assert caplog.messages == [f"The seed of the plugin {NAME} failed; the platform goes on."]
    monkeypatch.setattr(settings.PLUGIN_REGISTRY, "insisted", frozenset({NAME}))
    with pytest.raises(ZeroDivisionError):
        config.seed(demo=False)


def test_plugins_that_were_refused_before_are_told_in_the_log(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    start()
    _refused()["early"] = "no manifest"
    with caplog.at_level(logging.WARNING, logger="atrium.plugins"):
        load_parts()
    assert caplog.messages == ["The plugin early is refused: no manifest"]
