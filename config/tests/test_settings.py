"""What can be set is documented, and what is documented can be set."""

from dataclasses import fields

import pytest

from config.env import BASE_DIR, Env, name_of

FILES = ("docs/settings.md", ".env.example")


@pytest.mark.parametrize("name", FILES)
def test_every_key_of_the_environment_is_documented(name: str) -> None:
    text = (BASE_DIR / name).read_text("utf-8")
    assert [name_of(key) for key in fields(Env) if name_of(key) not in text] == []


def test_every_key_says_what_it_is_for() -> None:
    for key in fields(Env):
        assert str(key.metadata["about"]).endswith("."), key.name
        assert key.metadata["group"], key.name
