from http import HTTPStatus

import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.urls("apps.core.tests.sample")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "a/b;q=x", "", "*" * 9000])
def test_json_is_answered_whatever_is_asked_for(accept: str) -> None:
    response = APIClient().get("/api/v1/test/odd/who?format=xml", HTTP_ACCEPT=accept)
    assert response.status_code == HTTPStatus.OK
    assert response["Content-Type"] == "application/json"


def test_options_tells_the_methods_and_nothing_of_the_body() -> None:
    response = APIClient().options("/api/v1/test/odd/check")
    assert response.json()["data"] == {"methods": ["POST", "OPTIONS"]}
