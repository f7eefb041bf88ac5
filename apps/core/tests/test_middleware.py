from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from apps.core.context import current_context
from apps.core.middleware import RequestContextMiddleware

pytestmark = pytest.mark.urls("apps.core.tests.sample")
WHO = "/api/v1/test/odd/who"


def _call(view: Any, **headers: str) -> HttpResponse:
    request = RequestFactory().get("/", headers=headers)
    return RequestContextMiddleware(view)(request)


@pytest.mark.parametrize("given", ["a", "A-1", "f" * 32])
def test_a_good_request_id_is_kept_and_echoed(given: str) -> None:
    response = Client().get(WHO, headers={"X-Request-ID": given})
    assert response["X-Request-ID"] == given
    assert response.json()["data"]["id"] == given


@pytest.mark.parametrize("given", ["", "f" * 33, "a b", "a\tb", "é", "<b>", "8f14e45f\n", "a_b"])
def test_any_other_is_replaced(given: str) -> None:
    request = RequestFactory().get("/")
    request.META["HTTP_X_REQUEST_ID"] = given
    response = RequestContextMiddleware(lambda _request: HttpResponse())(request)
    assert response["X-Request-ID"] != given
    assert len(response["X-Request-ID"]) == 32


def test_two_requests_have_two_ids() -> None:
    assert Client().get(WHO)["X-Request-ID"] != Client().get(WHO)["X-Request-ID"]


def test_the_context_ends_with_the_request_even_if_it_fails() -> None:
    def fail(_request: HttpRequest) -> HttpResponse:
        assert current_context() is not None
        raise RuntimeError

    with pytest.raises(RuntimeError):
        _call(fail)
    assert current_context() is None


def test_what_goes_to_a_column_fits_it() -> None:
    seen: list[str] = []

    def look(_request: HttpRequest) -> HttpResponse:
        context = current_context()
        assert context is not None
        seen.append(context.user_agent)
        return HttpResponse()

    _call(look, **{"User-Agent": "x\0" * 600})
    assert len(seen[0]) <= 512
    assert "\0" not in seen[0]


def test_answers_of_the_api_are_not_stored_on_the_way() -> None:
    assert Client().get(WHO)["Cache-Control"] == "no-store"
    assert "Cache-Control" not in _call(lambda _request: HttpResponse())
