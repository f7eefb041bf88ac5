from django.test import RequestFactory

from apps.scheduling.admin.questions import (
    arguments_text,
    is_masked,
    list_again,
    pretty,
    result_text,
)


def test_arguments_are_written_for_people() -> None:
    assert pretty({}) == "-"
    assert arguments_text([], {"a": "ü"}) == '{\n  "a": "ü"\n}'
    assert arguments_text([1], {}) == "[\n  1\n]"
    assert "geheim" not in arguments_text([], {"password": "geheim"})
    assert arguments_text([1], {"a": 2}) == '[\n  1\n]\n{\n  "a": 2\n}'


def test_results_are_written_for_people_and_kept_where_they_are_no_whole_json() -> None:
    assert result_text('{"a": [1]}') == '{\n  "a": [\n    1\n  ]\n}'
    assert result_text('{"a": [1') == '{"a": [1'
    assert [result_text(text) for text in ("[]", "0", '"done"', "")] == ["[]", "0", '"done"', ""]


def test_a_list_is_shown_again_under_its_filters_and_no_other_place_is() -> None:
    made = RequestFactory()
    ours = made.get("/", headers={"referer": "https://x/list/?q=1"})
    assert list_again(ours, "/list/") == "/list/?q=1"
    other = made.get("/", headers={"referer": "https://evil/elsewhere/?q=1"})
    assert list_again(other, "/list/") == "/list/"
    none = made.get("/", headers={"referer": "http://[::1"})
    assert list_again(none, "/list/") == "/list/"


def test_what_is_not_what_it_was_is_noticed() -> None:
    assert is_masked({"a": ["******"]})
    assert is_masked(["…", "token=******"])
    assert is_masked("token=******")
    assert not is_masked({"a": "* * * * *", "b": 1})
