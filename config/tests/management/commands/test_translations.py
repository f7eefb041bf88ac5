"""`manage.py translations`, on the catalogues of the platform and on a small tree."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.management.commands import translations
from config.translations import sources


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command("translations", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plugins" / "small").mkdir(parents=True)
    (tmp_path / "plugins" / "small" / "plugin.toml").touch()
    for folder in ("config", "plugins/small"):
        code = f'from django.utils.translation import gettext as _\n\n_("a text of {folder}")\n'
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "texts.py").write_text(code)
    monkeypatch.setattr(sources, "BASE_DIR", tmp_path)
    monkeypatch.setattr(translations, "BASE_DIR", tmp_path)
    return tmp_path


def test_everything_is_translated_and_compiled() -> None:
    assert _run("--check") == ""


def test_every_catalogue_is_written_once(tree: Path) -> None:
    end = "locale/zh_Hans/LC_MESSAGES/django"
    folders = ("config", "plugins/small", "apps/console")
    assert _run().splitlines() == [
        f"wrote {folder}/{end}.{suffix}" for folder in folders for suffix in ("po", "mo")
    ]
    assert _run() == ""
    assert '"a text of config"' in (tree / f"config/{end}.po").read_text("utf-8")


def test_a_check_writes_nothing_and_names_what_is_missing(tree: Path) -> None:
    _run()
    before = {path: path.read_bytes() for path in tree.rglob("django.*")}
    out = StringIO()
    with pytest.raises(CommandError, match=r"^\d+ problems; run manage.py translations and "):
        call_command("translations", "--check", stdout=out)
    assert "zh_Hans, plugin small: not translated: 'a text of plugins/small'" in out.getvalue()
    assert {path: path.read_bytes() for path in tree.rglob("django.*")} == before


def test_without_babel_one_line_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translations, "find_spec", lambda _name: None)
    with pytest.raises(CommandError, match=r"^Babel is not installed; `make setup` installs "):
        _run("--check")
