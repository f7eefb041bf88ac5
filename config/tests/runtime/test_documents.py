from dataclasses import fields
from pathlib import Path

import pytest

from config.env import Env, dotenv, name_of, read_env
from config.runtime.documents import example_file, settings_page


@pytest.mark.parametrize("key", fields(Env), ids=name_of)
def test_every_key_is_in_both_documents(key: object) -> None:
    name = name_of(key)  # type: ignore[arg-type] # a Field, which pytest does not say
    assert f"| `{name}` |" in settings_page()
    assert f"\n#{name}=" in example_file()


def test_the_example_with_every_line_in_use_is_the_default_environment(tmp_path: Path) -> None:
    lines = [line[1:] if line[:2] > "# " else line for line in example_file().splitlines()]
    (tmp_path / ".env").write_text("\n".join(lines))
    given = dotenv(tmp_path / ".env")
    assert len(given) == len(fields(Env))
    assert read_env(given) == Env()


def test_no_line_of_the_example_is_too_long() -> None:
    assert max(map(len, example_file().splitlines())) <= 100


def test_secrets_are_marked() -> None:
    row = next(line for line in settings_page().splitlines() if "ATRIUM_SECRET_KEY`" in line)
    assert "text, secret" in row
