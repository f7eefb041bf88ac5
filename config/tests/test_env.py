from dataclasses import fields
from pathlib import Path

import pytest

from config.env import Env, dotenv, name_of, read_env
from config.values import Endpoint, EnvironmentKeyError


def test_nothing_set_means_the_defaults() -> None:
    assert read_env({}) == Env()


def test_a_key_of_ours_that_is_unknown_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(EnvironmentKeyError, match="ATRIUM_CAPCHA is not a setting; did you mean"):
        read_env({"ATRIUM_CAPCHA": "1"})


def test_a_key_unlike_any_other_is_refused_with_the_place_to_look() -> None:
    with pytest.raises(EnvironmentKeyError, match=r"see docs/settings\.md"):
        read_env({"ATRIUM_XYZZY": "1"})


def test_keys_of_others_are_left_alone() -> None:
    assert read_env({"PATH": "/bin", "ATRIUM_PLUGIN_MAIL_HOST": "x"}) == Env()


def test_the_key_that_the_bootstrap_reads_is_no_mistake() -> None:
    assert read_env({"ATRIUM_BOOTSTRAPPED": "1"}) == Env()


@pytest.mark.parametrize("text", ["1", "true", "YES", "On"])
def test_flags_are_set_by_any_usual_word(text: str) -> None:
    assert read_env({"ATRIUM_DEMO": text}).demo is True


@pytest.mark.parametrize("text", ["0", "false", "No", "OFF"])
def test_flags_are_taken_back_by_any_usual_word(text: str) -> None:
    assert read_env({"ATRIUM_CAPTCHA": text}).captcha is False


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("ATRIUM_DEMO", "maybe", "neither true nor false"),
        ("ATRIUM_THREADS", "many", "is not a whole number"),
        ("ATRIUM_PK_MODE", "uuid", "is none of auto, snowflake"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(name: str, text: str, problem: str) -> None:
    with pytest.raises(EnvironmentKeyError, match=problem) as refusal:
        read_env({name: text})
    assert str(refusal.value).startswith("atrium: ")
    assert "\n" not in str(refusal.value)


def test_lists_are_separated_by_commas() -> None:
    given = read_env({"ATRIUM_ALLOWED_HOSTS": " a.example, b.example ,"})
    assert given.allowed_hosts == ("a.example", "b.example")


def test_an_empty_value_is_the_default() -> None:
    assert read_env({"ATRIUM_THREADS": ""}).threads == Env().threads


def test_the_names_that_hosting_platforms_set_go_without_our_prefix() -> None:
    names = {name_of(key) for key in fields(Env)}
    assert {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL"} <= names
    assert not {name for name in names if "_URL" in name and name.startswith("ATRIUM_")}


@pytest.mark.parametrize(
    ("redis", "broker", "is_embedded"),
    [("", "", True), ("redis://x", "", False), ("", "amqp://x", False)],
)
def test_one_outside_service_makes_the_platform_scaled(
    redis: str, broker: str, *, is_embedded: bool
) -> None:
    assert Env(redis_url=redis, celery_broker_url=broker).embedded is is_embedded


def test_the_file_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("# a comment\n\nexport A=1\nB = 'two words'\nC=\"x=y\"\n", "utf-8")
    assert dotenv(file) == {"A": "1", "B": "two words", "C": "x=y"}


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    assert dotenv(tmp_path / ".env") == {}


def test_a_line_that_sets_nothing_is_refused_by_its_number(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\nnonsense\n", "utf-8")
    with pytest.raises(EnvironmentKeyError, match="line 2 is not NAME=value"):
        dotenv(file)


def test_a_share_is_a_number_from_0_to_1() -> None:
    assert read_env({"ATRIUM_AUDIT_READS": "0.25"}).audit_reads == 0.25
    for text in ("2", "-0.1", "some", "nan"):
        with pytest.raises(EnvironmentKeyError, match="from 0 to 1"):
            read_env({"ATRIUM_AUDIT_READS": text})


def test_endpoints_are_json_by_name_and_show_their_names_alone() -> None:
    text = '{"a": "https://x.test/?token=hunter2", "b": {"url": "http://y", "secret": "hunter2"}}'
    found = read_env({"ATRIUM_ALERT_WEBHOOKS": text}).alert_webhooks
    assert found == (
        Endpoint(name="a", url="https://x.test/?token=hunter2"),
        Endpoint(name="b", url="http://y", secret="hunter2"),
    )
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "hunter2",
        '["hunter2"]',
        '{"a": {"hunter2": 1}}',
        '{"a": "ftp://hunter2"}',
        '{"a": "hunter2"}',
        '{"a": {"url": 1}}',
        '{"a": "http://[hunter2"}',
        '{"a": null}',
    ],
)
def test_endpoints_that_are_none_stop_the_start_and_are_not_told(text: str) -> None:
    with pytest.raises(EnvironmentKeyError, match="ATRIUM_ALERT_ROBOTS") as caught:
        read_env({"ATRIUM_ALERT_ROBOTS": text})
    assert "hunter2" not in str(caught.value)
