from typing import Any

import pytest

from apps.accounts.errors import CaptchaExpiredError, CaptchaWrongError
from apps.accounts.services.codes import address_code_check, address_code_issue

pytestmark = pytest.mark.django_db
MAIL = "ann@example.com"


def test_a_code_proves_one_address_for_one_user_once(user: Any, make_user: Any) -> None:
    code = address_code_issue(user=user, address=MAIL)
    with pytest.raises(CaptchaExpiredError):
        address_code_check(user=user, address="other@example.com", code=code)
    with pytest.raises(CaptchaExpiredError):
        address_code_check(user=make_user(), address=MAIL, code=code)
    address_code_check(user=user, address=MAIL.upper(), code=code)
    with pytest.raises(CaptchaExpiredError):
        address_code_check(user=user, address=MAIL, code=code)


def test_a_code_cannot_be_guessed_at(user: Any) -> None:
    code = address_code_issue(user=user, address=MAIL)
    for _time in range(5):
        with pytest.raises(CaptchaWrongError):
            address_code_check(user=user, address=MAIL, code="wrong")
    with pytest.raises(CaptchaExpiredError):
        address_code_check(user=user, address=MAIL, code=code)
