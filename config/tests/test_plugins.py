"""Discovery: what loads, in which order, and how everything that is wrong is refused."""

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import include, path

from apps.core.api.routers import ResourceRouter
from apps.core.checks import check_plugins
from apps.organization.api.views import DepartmentViewSet
from config.plugins import Registry, discover
from config.values import EnvironmentKeyError
from plugins.dict.api.views import DictTypeViewSet

PLATFORM = "0.3.1"
Make = Callable[..., None]
_numbers = count(1)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder of plugins that can be imported, forgotten afterwards."""
    folder = tmp_path / f"extras{next(_numbers)}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [*sys.modules]:
        if name.startswith(folder.name):
            del sys.modules[name]


@pytest.fixture
def make(root: Path) -> Make:
    """Return a function that writes a plugin; `rest` goes to the end of its manifest."""

    def write(
        name: str, *, rest: str = "", manifest: str | None = None, apps: str | None = None
    ) -> None:
        folder = root / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        head = f'[plugin]\nname = "{name}"\nversion = "1.2.0"\nsummary = "For a test."\n'
        (folder / "plugin.toml").write_text(head + rest if manifest is None else manifest)
        body = "from apps.core.plugins import PluginConfig\n" + (
            f"class C(PluginConfig):\n    name = '{root.name}.{name}'\n" if apps is None else apps
        )
        (folder / "apps.py").write_text(dedent(body).replace("ROOT", root.name))

    return write


def _found(root: Path, *enabled: str, **environ: str) -> Registry:
    return discover(root, enabled=enabled, platform=PLATFORM, taken=["auth"], environ=environ)


def _needs(*names: str) -> str:
    return "[requires.plugins]\n" + "".join(f'{name} = ">=1"\n' for name in names)


def test_a_folder_without_plugins_is_no_problem(root: Path, make: Make) -> None:
    make(".hidden")
    make("_kept")
    assert _found(root) == Registry()


def test_plugins_load_after_those_they_need_and_else_by_name(root: Path, make: Make) -> None:
    make("alpha", rest=_needs("omega", "kappa"))
    make("beta")
    make("kappa", rest=_needs("omega"))
    make("omega")
    names = [name.rpartition(".")[2] for name in _found(root).names]
    assert names == ["omega", "kappa", "alpha", "beta"]


def test_a_manifest_says_what_the_registry_holds(root: Path, make: Make) -> None:
    make(
        "alpha",
        rest='author = "A"\ndescription = "D"\nicon = "i"\ntags = ["x", "y"]\n'
        '[requires]\nplatform = ">=0.1,<1"\npython = '
        '["packaging>=1", "none; python_version < \'3\'"]',
    )
    registry = _found(root)
    found = registry.manifests["alpha"]
    assert registry.state("alpha") == "loaded"
    assert (found.app, found.source, found.version) == (f"{root.name}.alpha", "folder", "1.2.0")
    assert (found.author, found.description, found.icon) == ("A", "D", "i")
    assert (found.tags, found.platform) == (("x", "y"), ">=0.1,<1")


MANIFESTS = {
    "no toml": ("= 1", "plugin.toml cannot be read"),
    "not utf-8": ("[plugin]\nname = '\udcff'", "plugin.toml cannot be read"),
    "no table": ("x = 1", "made of the tables"),
    "no plugin": ("[requires]", "made of the tables"),
    "no name": ("[plugin]\nversion = '1'\nsummary = 's'", "name is missing"),
    "no summary": ("[plugin]\nname = 'bad'\nversion = '1'", "summary is missing"),
    "no text": ("[plugin]\nname = 'bad'\nversion = 1\nsummary = 's'", "are texts"),
    "other name": ("[plugin]\nname = 'good'\nversion = '1'\nsummary = 's'", "found as 'bad'"),
    "no version": ("[plugin]\nname = 'bad'\nversion = 'new'\nsummary = 's'", "'new'"),
}
RESTS = {
    "misspelt table": ("[require]\nplatform = '>=9'", "'require' is unknown"),
    "misspelt key": ("[requires]\nplatforms = '>=9'", "'platforms' is unknown"),
    "tags": ("tags = 'x'", "lists of texts"),
    "no specifier": ("[requires]\nplatform = 'new'", "'new'"),
    "list of plugins": ("[requires]\nplugins = ['good']", "versions such as"),
    "number for version": ("[requires.plugins]\ngood = 1", "versions such as"),
    "no requirement": ("[requires]\npython = ['=x']", "plugin.toml: "),
    "platform": ("[requires]\nplatform = '>=2'", "for the platform >=2; this is 0.3.1"),
    "plugin not there": (_needs("nowhere"), "needs the plugin nowhere, which is not there"),
    "plugin too old": (
        "[requires.plugins]\ngood = '>=2'",
        "good, which is here in version 1.2.0, not >=2",
    ),
    "package not there": ("[requires]\npython = ['no-such-thing>=1']", "which is not installed"),
    "package too old": ("[requires]\npython = ['packaging>=9999']", "packaging>=9999; "),
    "needs itself": (_needs("bad"), "it needs itself: bad > bad"),
    "setting of no type": ("[settings]\nlimit = 2020-01-01", "[settings] holds"),
    "setting in capitals": ("[settings]\nLIMIT = 1", "[settings] holds"),
}
CONFIG = "class C(PluginConfig):\n    name = 'ROOT.bad'\n"
APPS = {
    "import error": ("import no_such_module", "error in its apps.py: ModuleNotFoundError"),
    "any error": ("1 / 0", "error in its apps.py: ZeroDivisionError: division by zero"),
    "syntax error": ("def", "error in its apps.py: SyntaxError"),
    "exit": ("raise SystemExit(3)", "error in its apps.py: SystemExit: 3"),
    "no config": ("", "does not hold one PluginConfig"),
    "two configs": (CONFIG + CONFIG.replace("C(", "D("), "does not hold one PluginConfig"),
    "other app": (CONFIG.replace("bad", "good"), "has not the name"),
    "other label": (CONFIG + "    label = 'x'\n", "has not the label 'bad'"),
    "other interface": (CONFIG + "    platform_api = 9\n", "is for plugin interface 9"),
    "prefix": (CONFIG + "    base_url = '../x'\n", "has a base_url that is no path"),
}


@pytest.mark.parametrize(
    ("part", "text", "reason"),
    [
        pytest.param(part, text, reason, id=case)
        for part, cases in (("manifest", MANIFESTS), ("rest", RESTS), ("apps", APPS))
        for case, (text, reason) in cases.items()
    ],
)
def test_a_plugin_that_cannot_be_used_is_refused_alone(
    root: Path, make: Make, part: str, text: str, reason: str
) -> None:
    make("good")
    if "\udcff" in text:
        make("bad")
        (root / "bad" / "plugin.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    else:
        make("bad", **{part: text})
    registry = _found(root)
    assert registry.names == (f"{root.name}.good",)
    assert reason in registry.refused["bad"]
    assert registry.state("bad") == "refused"
    assert not [name for name in sys.modules if name.startswith(f"{root.name}.bad")]


def test_a_missing_apps_module_refuses_the_plugin(root: Path, make: Make) -> None:
    make("bad")
    (root / "bad" / "apps.py").unlink()
    assert "ModuleNotFoundError" in _found(root).refused["bad"]


@pytest.mark.parametrize("name", ["Bad", "bad-name", "9bad", "b" * 33])
def test_an_unsafe_name_is_refused(root: Path, make: Make, name: str) -> None:
    make(name)
    assert "lower-case letters" in _found(root).refused[name]


def test_a_name_of_the_platform_is_refused(root: Path, make: Make) -> None:
    make("auth")
    assert _found(root).refused == {"auth": "an app of the platform has this name"}


def test_who_needs_each_other_in_a_circle_is_refused_and_who_needs_them_too(
    root: Path, make: Make
) -> None:
    make("alpha", rest=_needs("beta"))
    make("beta", rest=_needs("gamma"))
    make("gamma", rest=_needs("alpha"))
    make("delta", rest=_needs("gamma"))
    make("free")
    registry = _found(root)
    assert registry.names == (f"{root.name}.free",)
    assert registry.refused == {
        "alpha": "it needs itself: alpha > beta > gamma > alpha",
        "beta": "it needs itself: beta > gamma > alpha > beta",
        "gamma": "it needs itself: gamma > alpha > beta > gamma",
        "delta": "it needs the plugin gamma, which is refused",
    }


def test_the_environment_narrows_what_loads(root: Path, make: Make) -> None:
    for name in ("alpha", "beta", "gamma"):
        make(name)
    registry = _found(root, "gamma", "alpha")
    assert registry.names == (f"{root.name}.alpha", f"{root.name}.gamma")
    assert registry.refused == {}
    assert registry.state("beta") == "off"


def test_a_broken_plugin_that_the_environment_leaves_out_troubles_nobody(
    root: Path, make: Make
) -> None:
    make("alpha")
    make("bad", apps="1 / 0")
    assert _found(root, "alpha").refused == {}


@pytest.mark.parametrize(
    ("enabled", "problem"),
    [
        (("bad",), "atrium: ATRIUM_PLUGINS names bad, which is refused: error in its apps.py"),
        (("nowhere",), "atrium: ATRIUM_PLUGINS names nowhere; there are: alpha, bad, needy"),
        (("needy",), "it needs the plugin alpha, which is left out by ATRIUM_PLUGINS"),
    ],
)
def test_a_plugin_that_is_named_must_load_or_the_start_stops(
    root: Path, make: Make, enabled: tuple[str, ...], problem: str
) -> None:
    make("alpha")
    make("bad", apps="1 / 0")
    make("needy", rest=_needs("alpha"))
    with pytest.raises(EnvironmentKeyError, match="atrium: ") as stopped:
        _found(root, *enabled)
    assert problem in str(stopped.value)
    assert "\n" not in str(stopped.value)


def _install(folder: Path, name: str, package: str, manifest: str | None) -> None:
    """Write a package as pip would install it."""
    info = folder / f"{package}-1.2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2.0\n")
    (info / "entry_points.txt").write_text(f"[atrium.plugins]\n{name} = {package}\n")
    (folder / package).mkdir()
    (folder / package / "__init__.py").touch()
    body = f"class C(PluginConfig):\n    name = '{package}'\n    label = '{name}'\n"
    apps = f"from apps.core.plugins import PluginConfig\n{body}"
    (folder / package / "apps.py").write_text(apps)
    if manifest is not None:
        (folder / package / "plugin.toml").write_text(manifest)


def test_an_installed_package_is_found_by_its_entry_point(
    root: Path, make: Make, tmp_path: Path
) -> None:
    make("alpha", rest=_needs("packed"))
    package = f"packed_{root.name}"
    manifest = '[plugin]\nname = "packed"\nversion = "1.2.0"\nsummary = "s"\n'
    _install(tmp_path, "packed", package, manifest)
    registry = _found(root)
    assert registry.names == (package, f"{root.name}.alpha")
    assert registry.manifests["packed"].source == "package"
    for name in (package, f"{package}.apps"):
        del sys.modules[name]


def test_an_installed_package_without_a_manifest_is_refused(root: Path, tmp_path: Path) -> None:
    package = f"bare_{root.name}"
    _install(tmp_path, "bare", package, None)
    assert _found(root).refused == {"bare": f"the package {package} has no plugin.toml"}


def test_a_package_that_is_gone_is_refused(root: Path, tmp_path: Path) -> None:
    info = tmp_path / "gone-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gone\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[atrium.plugins]\ngone = no_such.package\n")
    assert "has no plugin.toml" in _found(root).refused["gone"]


def test_a_folder_wins_over_an_installed_package_of_its_name(
    root: Path, make: Make, tmp_path: Path
) -> None:
    make("twice")
    _install(tmp_path, "twice", f"twice_{root.name}", None)
    registry = _found(root)
    assert registry.names == (f"{root.name}.twice",)
    assert registry.refused == {}


SETTINGS = '[settings]\nflag = false\nlimit = 5\nshare = 0.5\ntitle = "T"\nhosts = ["a"]\n'


def test_settings_have_the_defaults_of_the_manifest(root: Path, make: Make) -> None:
    make("alpha", rest=SETTINGS)
    assert _found(root).settings == {
        "alpha": {"flag": False, "limit": 5, "share": 0.5, "title": "T", "hosts": ["a"]}
    }


def test_the_environment_overrides_settings_in_their_own_types(root: Path, make: Make) -> None:
    make("alpha", rest=SETTINGS)
    registry = _found(
        root,
        ATRIUM_PLUGIN_ALPHA_FLAG="yes",
        ATRIUM_PLUGIN_ALPHA_LIMIT="7",
        ATRIUM_PLUGIN_ALPHA_SHARE="0.25",
        ATRIUM_PLUGIN_ALPHA_TITLE="U",
        ATRIUM_PLUGIN_ALPHA_HOSTS="a, b",
    )
    assert registry.settings["alpha"] == {
        "flag": True,
        "limit": 7,
        "share": 0.25,
        "title": "U",
        "hosts": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("ATRIUM_PLUGIN_ALPHA_LIMITS", "1", "is no setting of any plugin"),
        ("ATRIUM_PLUGIN_BETA_LIMIT", "1", "is no setting of any plugin"),
        ("ATRIUM_PLUGIN_ALPHA_LIMIT", "many", "ATRIUM_PLUGIN_ALPHA_LIMIT='many' is not a number"),
        ("ATRIUM_PLUGIN_ALPHA_FLAG", "perhaps", "is neither true nor false"),
    ],
)
def test_a_wrong_setting_stops_the_start(
    root: Path, make: Make, variable: str, value: str, problem: str
) -> None:
    make("alpha", rest=SETTINGS)
    with pytest.raises(EnvironmentKeyError) as stopped:
        _found(root, **{variable: value})
    assert problem in str(stopped.value)


def test_settings_of_a_plugin_with_an_unreadable_manifest_are_passed_over(
    root: Path, make: Make
) -> None:
    make("bad", manifest="= 1")
    assert _found(root, ATRIUM_PLUGIN_BAD_LIMIT="1").refused.keys() == {"bad"}


def _routes(*mounts: tuple[str, Any]) -> type:
    """Return a URL configuration with each viewset below its prefix."""
    patterns = []
    for prefix, view in mounts:
        router = ResourceRouter()
        router.register(prefix, view, basename=prefix)
        patterns.append(path("", include(router.urls)))
    return type("Routes", (), {"urlpatterns": patterns})


def _hidden(mounts: list[tuple[str, Any]]) -> list[str]:
    with override_settings(ROOT_URLCONF=_routes(*mounts)):
        return [str(m.msg) for m in check_plugins() if m.id == "core.E022"]


def test_a_route_of_a_plugin_that_another_one_hides_is_an_error() -> None:
    ours, theirs = DepartmentViewSet, DictTypeViewSet
    assert _hidden([("one", ours), ("two", theirs)]) == []
    clash = _hidden([("same", ours), ("same", theirs)])
    assert "/same is hidden by /same." in clash
    assert "/same/{pk} is hidden by /same/{pk}." in clash
    assert "/same/all is hidden by /same/{pk}." in clash


def test_a_refused_plugin_is_a_warning_and_a_healthy_tree_is_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert check_plugins() == []
    monkeypatch.setattr(settings.PLUGIN_REGISTRY, "refused", {"bad": "no manifest"})
    (message,) = check_plugins()
    assert (message.id, message.msg) == ("core.W020", "The plugin bad is refused: no manifest")
