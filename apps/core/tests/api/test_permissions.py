from http import HTTPStatus

import pytest
from rest_framework.test import APIClient

from apps.core.api.permissions import HasCode
from apps.core.guards import Access, Guard
from apps.core.testing.fixtures import GrantedClient

pytestmark = [pytest.mark.urls("apps.core.tests.sample"), pytest.mark.django_db]
GROUPS = "/api/v1/test/groups"


class View:
    """As much of a view as the permission class looks at."""

    def __init__(self, guard: Guard | Access | None, action: str = "list") -> None:
        self.guard, self.action = guard, action


class Request:
    method = "GET"

    class user:  # noqa: N801 - stands for an instance
        is_authenticated = True

        @staticmethod
        def has_perm(code: str) -> bool:
            return code == "a:b:list"


@pytest.mark.parametrize(
    ("view", "may"),
    [
        (View(Guard("a:b", "b")), True),
        (View(Guard("a:c", "c")), False),
        (View(Guard("a:b", "b"), "unheard_of"), False),
        (View(None), False),
        (View(Access.SIGNED_IN), True),
        (View(Access.PUBLIC), True),
    ],
)
def test_what_is_not_declared_is_refused(view: View, may: bool) -> None:  # noqa: FBT001 - a case
    assert HasCode().has_permission(Request(), view) is may  # type: ignore[arg-type] # as above


def test_the_code_of_the_action_is_asked_for(client_with: GrantedClient) -> None:
    client = client_with("test:group:list")
    assert client.get(GROUPS).status_code == HTTPStatus.OK
    assert client.post(GROUPS, {"name": "x"}).status_code == HTTPStatus.FORBIDDEN
    assert client.get(f"{GROUPS}/all").status_code == HTTPStatus.OK


def test_a_stranger_is_asked_to_sign_in(client_with: GrantedClient) -> None:
    for path in (GROUPS, f"{GROUPS}/all", f"{GROUPS}/1"):
        response = APIClient().get(path)
        assert response.status_code == HTTPStatus.UNAUTHORIZED
        assert response["WWW-Authenticate"] == "Bearer"
        assert response.json()["code"] == 401


def test_a_superuser_needs_no_code(admin_client: APIClient) -> None:
    assert admin_client.get(GROUPS).status_code == HTTPStatus.OK
