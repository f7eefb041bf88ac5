from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.management.commands import settings_doc


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings_doc, "BASE_DIR", tmp_path)
    page = tmp_path / "docs" / "settings.md"
    monkeypatch.setattr(settings_doc, "documents", lambda: {page: "the text"})
    return page


def test_a_stale_page_is_refused_by_name_and_left_alone(page: Path) -> None:
    with pytest.raises(CommandError, match=r"docs/settings\.md is stale"):
        call_command("settings_doc", "--check")
    assert not page.exists()


def test_a_page_is_written_once(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("settings_doc")
    assert page.read_text() == "the text"
    assert capsys.readouterr().out == "wrote docs/settings.md\n"
    call_command("settings_doc")
    call_command("settings_doc", "--check")
    assert capsys.readouterr().out == ""


def test_what_is_in_the_repository_is_fresh() -> None:
    call_command("settings_doc", "--check")
