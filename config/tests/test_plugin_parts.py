"""A throw-away plugin with every part, and broken ones beside it, in processes of their own."""

import json
import os
import struct
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from config.env import BASE_DIR

pytestmark = pytest.mark.slow

CONFIG = """
    from apps.core.plugins import PluginConfig

    class Config(PluginConfig):
        name = "atrium_{name}"
        label = "{name}"
"""
TRIAL = {
    "models.py": """
        from django.db import models

        from apps.core.models import OwnedModel

        class Thing(OwnedModel):
            name = models.CharField(max_length=32)

            class Meta:
                app_label = "trial"
    """,
    "migrations/__init__.py": "",
    "api/__init__.py": "",
    "api/views.py": """
        from rest_framework import serializers
        from rest_framework.response import Response

        from apps.core.api.rows import RowSerializer
        from apps.core.api.viewsets import GuardedViewSet
        from apps.core.guards import Guard
        from atrium_trial.models import Thing

        class ThingRow(RowSerializer):
            name = serializers.CharField()

        class ThingViewSet(GuardedViewSet):
            guard = Guard("trial:thing", "things")
            serializer_class = ThingRow
            queryset = Thing.objects.all()

            def list(self, request):
                return Response(ThingRow.read(Thing.objects.all()))
    """,
    "api/urls.py": """
        from apps.core.api.routers import ResourceRouter
        from atrium_trial.api.views import ThingViewSet

        router = ResourceRouter()
        router.register("things", ThingViewSet, basename="thing")
        urlpatterns = router.urls
    """,
    "admin.py": """
        from django.contrib import admin

        from apps.core.console import ConsoleModelAdmin
        from atrium_trial.models import Thing

        @admin.register(Thing)
        class ThingAdmin(ConsoleModelAdmin):
            resource = "trial:thing"
    """,
    "tasks.py": """
        from celery import shared_task

        @shared_task
        def greet() -> str:
            return "hello"
    """,
    "schedules.py": """
        SCHEDULES = {"greet": {"task": "atrium_trial.tasks.greet", "schedule": 60}}
    """,
    "routing.py": """
        from django.urls import path

        async def echo(scope, receive, send):
            await send({"type": "websocket.close"})

        websocket_urlpatterns = [path("ws/trial", echo)]
    """,
    "menus.py": """
        from apps.core.menus import MenuEntry

        MENUS = [MenuEntry(name="Trial", title="t", label="Trial", resource="trial:thing")]
    """,
    "seeds.py": """
        from atrium_trial.models import Thing

        def seed(*, demo: bool) -> list[str]:
            Thing.objects.get_or_create(name="seeded")
            return ["one thing"]
    """,
    "templates/trial/hello.html": "Hello",
    "static/trial/hello.txt": "Hello",
}
SETTINGS = '[settings]\ngreeting = "hello"\n'
WALK = """
    import json, sys
    import django
    django.setup()
    from celery import current_app
    from django.apps import apps
    from django.conf import settings
    from django.contrib.admin import site
    from django.contrib.staticfiles import finders
    from django.core.checks import run_checks
    from django.core.management import call_command
    from django.template.loader import render_to_string
    from django.urls import resolve
    from django.utils import translation
    from apps.core.codes import iter_operations
    from apps.core.menus import declared_menus
    from apps.core.plugins import PluginConfig
    from config.runtime.seeding import seed_all
    from config.sockets import websocket_routes

    call_command("makemigrations", "trial", verbosity=0)
    call_command("migrate", verbosity=0)
    trial = apps.get_app_config("trial")
    with translation.override("zh-hans"):
        translated = translation.gettext("A thing of the trial")
    said = seed_all(demo=False)
    print(json.dumps({
        "order": [c.label for c in apps.get_app_configs() if isinstance(c, PluginConfig)],
        "refused": settings.PLUGIN_REGISTRY.refused,
        "options": trial.options,
        "route": resolve("/api/v1/trial/things").route,
        "operations": [o.need for o in iter_operations() if o.route.startswith("/api/v1/trial")],
        "broken routes": [o.route for o in iter_operations() if "bad" in o.route],
        "pages": sorted(m.__name__ for m in site._registry if "atrium" in m.__module__),
        "models": sorted(m.__name__ for m in apps.get_models() if "atrium" in m.__module__),
        "task": "atrium_trial.tasks.greet" in current_app.tasks,
        "schedule": current_app.conf.beat_schedule["greet"]["schedule"],
        "sockets": [str(r.pattern) for r in websocket_routes() if "trial" in str(r.pattern)],
        "menus": [entry.name for entry in declared_menus() if "rial" in entry.name],
        "things": list(trial.get_model("Thing").objects.values_list("name", flat=True)),
        "seeded": "one thing" in said,
        "template": render_to_string("trial/hello.html"),
        "static": bool(finders.find("trial/hello.txt")),
        "translated": translated,
        "checks": sorted(m.id for m in run_checks() if m.is_serious() or "plugin" in m.msg),
    }))
"""
MODEL = "from django.db import models\nclass {name}(models.Model):\n    pass\n"
BROKEN: dict[str, dict[str, str]] = {
    "bad_models": {"models.py": MODEL.format(name="Half") + "import no_such_module"},
    "bad_urls": {
        "models.py": MODEL.format(name="Whole"),
        "api/__init__.py": "",
        "api/urls.py": "from atrium_bad_urls.models import Nothing",
    },
    "bad_admin": {
        "models.py": MODEL.format(name="Shown"),
        "admin.py": """
            from django.contrib import admin

            from apps.core.console import ConsoleModelAdmin
            from atrium_bad_admin.models import Shown

            admin.site.register(Shown, ConsoleModelAdmin)
            1 / 0
        """,
    },
    "bad_tasks": {"tasks.py": "def"},
    "bad_ready": {
        "apps.py": CONFIG.format(name="bad_ready") + "        def ready(self):\n            1 / 0\n"
    },
    "bad_apps": {"apps.py": "raise RuntimeError('no')"},
    "bad_toml": {"plugin.toml": "= 1"},
}


def _write(site: Path, name: str, files: dict[str, str], rest: str = "") -> None:
    """Write a plugin as an installed package into a folder on the Python path."""
    package = f"atrium_{name}"
    manifest = f'[plugin]\nname = "{name}"\nversion = "1"\nsummary = "s"\n{rest}'
    info = f"{package}-1.dist-info"
    whole = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n",
        f"{info}/entry_points.txt": f"[atrium.plugins]\n{name} = {package}\n",
        f"{package}/__init__.py": "",
        f"{package}/plugin.toml": manifest,
        f"{package}/apps.py": CONFIG.format(name=name),
        **{f"{package}/{path}": text for path, text in files.items()},
    }
    for path, text in whole.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(dedent(text))


def _catalogue(message: str, translation: str) -> bytes:
    """Return a compiled catalogue of one message. Source: GNU gettext manual, 10.3."""
    texts = [b"", message.encode()]
    others = [b"Content-Type: text/plain; charset=UTF-8\n", translation.encode()]
    start = 28 + 16 * len(texts)
    tables, body = b"", b""
    for group in (texts, others):
        for text in group:
            tables += struct.pack("<2I", len(text), start + len(body))
            body += text + b"\0"
    count = len(texts)
    return struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0) + tables + body


def _run(site: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("ATRIUM_")}
    paths = {"PYTHONPATH": f"{site}:{BASE_DIR}", "ATRIUM_DATA_DIR": str(site / "var")}
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    embedded = dict.fromkeys(("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"), "")
    return subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, *arguments],
        cwd=BASE_DIR,
        env={**clean, **paths, **settings, **embedded, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the plugin that has every part, and the broken ones."""
    folder = tmp_path_factory.mktemp("site")
    _write(folder, "trial", TRIAL, SETTINGS)
    messages = folder / "atrium_trial" / "locale" / "zh_Hans" / "LC_MESSAGES"
    messages.mkdir(parents=True)
    (messages / "django.mo").write_bytes(_catalogue("A thing of the trial", "试验品"))
    for name, files in BROKEN.items():
        _write(folder, name, files)
    return folder


@pytest.fixture(scope="module")
def walk(site: Path) -> dict[str, Any]:
    """Return what the platform knows once it has started with all of them."""
    done = _run(site, "-c", dedent(WALK), ATRIUM_PLUGIN_TRIAL_GREETING="good day")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    said["log"] = done.stderr
    return said


def test_every_part_of_a_plugin_is_found_by_its_name(walk: dict[str, Any]) -> None:
    assert walk["order"] == ["dict", "trial"]
    assert walk["options"] == {"greeting": "good day"}
    assert walk["route"].startswith("api/v1/trial/")
    assert walk["operations"] == ["trial:thing:list"]
    assert walk["pages"] == walk["models"] == ["Thing"]
    assert walk["task"] is True
    assert walk["schedule"] == 60
    assert walk["sockets"] == ["ws/trial"]
    assert walk["menus"] == ["Trial"]
    assert walk["seeded"] is True
    assert walk["things"] == ["seeded"]
    assert walk["template"].strip() == "Hello"
    assert walk["static"] is True
    assert walk["translated"] == "试验品"


def test_whatever_is_broken_in_a_plugin_refuses_it_and_the_platform_starts(
    walk: dict[str, Any],
) -> None:
    assert walk["refused"].keys() == BROKEN.keys()
    for name, reason in {
        "bad_models": "error in its models: ModuleNotFoundError",
        "bad_urls": "error in its api.urls: ImportError",
        "bad_admin": "error in its admin: ZeroDivisionError",
        "bad_tasks": "error in its tasks: SyntaxError",
        "bad_ready": "error in its ready(): ZeroDivisionError",
        "bad_apps": "error in its apps.py: RuntimeError: no",
        "bad_toml": "plugin.toml cannot be read",
    }.items():
        assert reason in walk["refused"][name]
        assert walk["log"].count(f"The plugin {name} is refused") == 1
    assert walk["broken routes"] == []
    assert walk["checks"] == ["core.W020"] * len(BROKEN)


def test_a_named_plugin_that_breaks_late_stops_the_start_in_one_line(site: Path) -> None:
    done = _run(site, "-c", "import django; django.setup()", ATRIUM_PLUGINS="dict,bad_models")
    assert done.returncode == 1
    assert done.stderr == (
        "atrium: ATRIUM_PLUGINS names bad_models, which is refused: "
        "error in its models: ModuleNotFoundError: No module named 'no_such_module'\n"
    )


def test_the_command_lists_every_plugin_with_its_state_and_reason(site: Path) -> None:
    done = _run(site, "manage.py", "plugins", ATRIUM_BOOTSTRAPPED="1")
    assert done.returncode == 0, done.stderr
    lines = {line.split()[0]: line.split(maxsplit=4)[1:] for line in done.stdout.splitlines()}
    assert lines["trial"][:3] == ["1", "package", "loaded"]
    assert lines["dict"][1:3] == ["folder", "loaded"]
    assert lines["bad_toml"][:3] == ["?", "?", "refused"]
    assert lines["bad_urls"][3].startswith("error in its api.urls: ImportError")
