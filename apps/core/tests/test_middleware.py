from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, reverse

from apps.core.context import current_context
from apps.core.middleware import ALWAYS_WRITABLE, ReadOnlyMiddleware, RequestContextMiddleware

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


@pytest.fixture
def env(settings: Any) -> Any:
    def change(**values: Any) -> None:
        settings.ATRIUM = replace(settings.ATRIUM, **values)

    return change


@pytest.mark.parametrize(
    ("address", "status"),
    [("10.1.2.3", 200), ("10.9.0.1", 403), ("192.0.2.1", 403), ("::ffff:10.1.2.3", 200)],
)
def test_an_address_must_be_allowed_and_not_denied(env: Any, address: str, status: int) -> None:
    env(ip_allow=("10.0.0.0/8",), ip_deny=("10.9.0.0/16",))
    assert Client(REMOTE_ADDR=address).get(WHO).status_code == status


def test_a_refused_address_is_told_so_in_its_language(env: Any) -> None:
    env(ip_deny=("2001:db8::/32",))
    client = Client(REMOTE_ADDR="2001:db8::1")
    body = client.get(WHO, headers={"Accept-Language": "en-US"}).json()
    assert (body["code"], body["reason"]) == (403, "core.address_refused")
    assert body["msg"] == "Your address may not use this site."
    assert body["trace_id"]
    assert client.get(WHO, headers={"Accept-Language": "zh-CN"}).json()["msg"] != body["msg"]
    page = client.get("/somewhere")
    assert page.status_code == 403
    assert page["Content-Type"].startswith("text/html")


def test_a_forged_header_does_not_open_the_gate(env: Any) -> None:
    env(ip_allow=("10.0.0.0/8",))
    client = Client(REMOTE_ADDR="192.0.2.1")
    assert client.get(WHO, headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 403
    env(trusted_proxies=("192.0.2.1",))
    assert client.get(WHO, headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 200
    assert client.get(WHO, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


def _decide(method: str, view_name: str) -> HttpResponse | None:
    request = RequestFactory().generic(method, "/")
    match = ResolverMatch(HttpResponse, (), {}, view_name.rpartition(":")[2])
    match.view_name = view_name
    request.resolver_match = match
    gate = ReadOnlyMiddleware(lambda _request: HttpResponse())
    return gate.process_view(request, None, (), {})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_demonstration_refuses_what_writes(env: Any, method: str) -> None:
    assert _decide(method, "user-list") is None
    env(read_only=True)
    with pytest.raises(PermissionDenied) as refusal:
        _decide(method, "user-list")
    assert refusal.value.args[0].reason == "core.read_only"


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_demonstration_shows_everything(env: Any, method: str) -> None:
    env(read_only=True)
    assert _decide(method, "user-list") is None


@pytest.mark.parametrize("name", ["auth-login", "admin:set_language", "role-preview"])
def test_some_routes_write_even_then(env: Any, name: str) -> None:
    env(read_only=True, read_only_except=("*-preview",))
    assert _decide("POST", name) is None


@pytest.mark.urls("config.urls")
@pytest.mark.django_db
def test_every_route_that_may_always_write_is_there() -> None:
    for name in ALWAYS_WRITABLE:
        assert reverse(name)


@pytest.mark.urls("config.urls")
@pytest.mark.django_db
def test_the_refusal_is_an_envelope_and_a_page(env: Any) -> None:
    env(read_only=True)
    answer = Client().post("/api/v1/sys/roles", headers={"Accept-Language": "en-US"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "core.read_only")
    assert answer.json()["msg"] == "This is a demonstration: nothing can be changed here."
    page = Client().post("/admin/access/role/add/")
    assert page.status_code == 403
    assert page["Content-Type"].startswith("text/html")
