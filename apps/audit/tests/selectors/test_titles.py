from typing import Any

import pytest

from apps.access.api.views import RoleViewSet
from apps.accounts.api.views.sign_in import SignInViewSet
from apps.audit.selectors.titles import api_title, console_title


def test_an_operation_is_called_what_its_docstring_says() -> None:
    assert api_title(SignInViewSet, "captcha").startswith("Get a captcha")


def test_one_without_is_called_by_what_it_does() -> None:
    assert api_title(RoleViewSet, "destroy_many") == "Delete several of the roles"


@pytest.mark.parametrize(
    ("route", "title"),
    [
        ("accounts_user_change", "Console: User (change)"),
        ("password_change", "Console: password change"),
        ("", "Console: "),
    ],
)
def test_pages_of_the_console_have_a_name(route: str, title: Any) -> None:
    assert console_title(route) == title
