from apps.core.masking import is_secret, masked, masked_text, storable


def test_names_are_compared_without_their_spelling() -> None:
    assert is_secret("api_key")
    assert is_secret("X-Private-Key")
    assert is_secret("oldPassword")
    assert not is_secret("username")


def test_what_is_too_deep_is_left_out() -> None:
    deep: list[object] = []
    for _each in range(20):
        deep = [deep]
    assert "…" in str(masked(deep))
    assert "…" in str(masked({"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}}}))


def test_plain_text_stays_as_it_is() -> None:
    text = "GET /api/v1/sys/users?page=2 took 3 ms at http://host:80/x"
    assert masked_text(text) == text


def test_a_text_is_made_fit_for_every_database() -> None:
    assert storable("a\0b\ud800c", 10) == "ab?c"
    assert storable("abc", 2) == "ab"
