import pytest

from apps.core.wire import wire_id, wire_ids


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (None, None),
        (1, 1),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (2**62, str(2**62)),
    ],
)
def test_an_id_is_text_where_a_number_would_lose_digits(key: int | None, shown: object) -> None:
    assert wire_id(key) == shown


def test_ids_are_found_wherever_they_are() -> None:
    found = wire_ids({"id": 2**60, "all": [2**60, (1, "x")], "is": True, "no": None, "n": 1e300})
    text = str(2**60)
    assert found == {"id": text, "all": [text, [1, "x"]], "is": True, "no": None, "n": 1e300}
