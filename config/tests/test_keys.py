import stat
import threading
from pathlib import Path

import pytest

from config.keys import jwt_keys, secret_key
from config.values import EnvironmentKeyError

LONG = "s" * 32


def test_a_given_key_is_used_and_nothing_is_kept(tmp_path: Path) -> None:
    assert secret_key("given", tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_kept_for_us_alone(tmp_path: Path) -> None:
    made = secret_key("", tmp_path)
    assert len(made) >= 64
    assert secret_key("", tmp_path) == made
    kept = tmp_path / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [kept]


def test_starts_at_the_same_time_agree_on_one_key(tmp_path: Path) -> None:
    keys: list[str] = []
    threads = [
        threading.Thread(target=lambda: keys.append(secret_key("", tmp_path))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(keys)) == 1
    assert len(keys) == 8


def test_the_first_key_signs_and_all_verify() -> None:
    keys = jwt_keys([f"new:{LONG}", f"old:{LONG}2"], "secret")
    assert list(keys.items()) == [("new", LONG), ("old", f"{LONG}2")]


def test_without_keys_one_follows_from_the_secret() -> None:
    first, second = jwt_keys([], "one"), jwt_keys([], "two")
    assert first == jwt_keys([], "one")
    assert first != second
    assert "one" not in first["default"]


@pytest.mark.parametrize("entry", ["no-sign", f":{LONG}", "id:short", "other:"])
def test_an_entry_that_is_no_key_is_refused_without_being_told(entry: str) -> None:
    with pytest.raises(EnvironmentKeyError, match="id:secret") as refusal:
        jwt_keys([entry], "secret")
    assert entry not in str(refusal.value)
