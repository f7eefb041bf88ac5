import pytest

from apps.core.errors import InvalidInputError
from apps.files.validators import clean_name, extension_of

BAD_NAMES = [
    "",
    " ",
    ".",
    "..",
    "../up.txt",
    "..\\up.txt",
    "%2e%2e/up.txt",
    "a%2E%2e.txt",
    "/etc/passwd",
    "C:\\x.txt",
    "a/b.txt",
    "nul\0.txt",
    "line\nbreak.txt",
    "tab\t.txt",
    "photo\u202egpj.exe",
    "zero\u200bwidth.txt",
    "ends.",
    "ends ",
    " starts.txt",
    "CON",
    "con.txt",
    "lpt1.pdf",
    "star*.txt",
    "pipe|.txt",
    "x" * 256,
    "文" * 86,
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_would_do_harm_somewhere_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        clean_name(name)
    assert refusal.value.field == "name"
    assert str(refusal.value)


@pytest.mark.parametrize("name", ["plan.pdf", "文件 (2).txt", ".env", "a..b.txt", "x" * 255])
def test_a_plain_name_stays(name: str) -> None:
    assert clean_name(name) == name


def test_a_name_is_composed() -> None:
    assert clean_name("Cafe\u0301.txt") == "Caf\u00e9.txt"


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PNG", "png"), ("a.tar.gz", "gz"), ("noending", ""), (".hidden", ""), ("a.", "")],
)
def test_the_ending_is_what_follows_the_last_dot(name: str, ending: str) -> None:
    assert extension_of(name) == ending
