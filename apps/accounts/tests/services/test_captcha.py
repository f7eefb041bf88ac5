import base64
from collections.abc import Callable

import pytest
from django.core.cache import cache

from apps.accounts.errors import CaptchaExpiredError, CaptchaMissingError, CaptchaWrongError
from apps.accounts.services.captcha import captcha_check, captcha_is_on, captcha_make


def _answer(captcha_id: str) -> str:
    return str(cache.get(f"captcha:{captcha_id}"))


def test_a_picture_is_a_jpeg_and_its_answer_passes_in_any_case() -> None:
    made = captcha_make()
    assert base64.b64decode(made.image).startswith(b"\xff\xd8\xff")
    assert made.question == ""
    captcha_check(captcha_id=made.id, answer=f" {_answer(made.id).lower()} ")


def test_a_question_can_be_answered_without_eyes() -> None:
    made = captcha_make(kind="question")
    first, second = (int(word) for word in made.question.strip("?").split() if word.isdigit())
    assert made.image == ""
    captcha_check(captcha_id=made.id, answer=str(first + second))


def test_a_right_answer_passes_only_once() -> None:
    made = captcha_make()
    answer = _answer(made.id)
    captcha_check(captcha_id=made.id, answer=answer)
    with pytest.raises(CaptchaExpiredError):
        captcha_check(captcha_id=made.id, answer=answer)


def test_a_wrong_answer_uses_the_captcha_up() -> None:
    made = captcha_make()
    answer = _answer(made.id)
    with pytest.raises(CaptchaWrongError):
        captcha_check(captcha_id=made.id, answer="????")
    with pytest.raises(CaptchaExpiredError):
        captcha_check(captcha_id=made.id, answer=answer)


@pytest.mark.parametrize(("captcha_id", "answer"), [("", "abcd"), ("some", ""), ("", "")])
def test_no_answer_is_asked_for(captcha_id: str, answer: str) -> None:
    with pytest.raises(CaptchaMissingError):
        captcha_check(captcha_id=captcha_id, answer=answer)


@pytest.mark.parametrize("captcha_id", ["unknown", "x" * 5000, "with blank and \n newline"])
def test_an_unknown_captcha_is_expired(captcha_id: str) -> None:
    with pytest.raises(CaptchaExpiredError):
        captcha_check(captcha_id=captcha_id, answer="abcd")


def test_the_demo_asks_for_none(atrium: Callable[..., None]) -> None:
    atrium(captcha=True)
    assert captcha_is_on()
    atrium(demo=True)
    assert not captcha_is_on()
