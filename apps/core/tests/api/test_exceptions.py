import logging
from http import HTTPStatus
from typing import Any

import pytest
import redis
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest
from django.test import Client, override_settings
from rest_framework.test import APIClient

from apps.core.api.exceptions import describe, forbidden
from apps.core.errors import DomainError, InvalidInputError

pytestmark = [pytest.mark.urls("apps.core.tests.sample"), pytest.mark.django_db]
ODD = "/api/v1/test/odd"


class TeapotError(DomainError):
    reason = "test.teapot"
    status = HTTPStatus.BAD_REQUEST
    wire_code = 40001
    message = "short and %(shape)s"


def _errors(response: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = response.json()["data"]["errors"]
    return found


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Client:
    caplog.set_level(logging.CRITICAL, "django.request")
    return Client(raise_request_exception=False)


def test_a_domain_error_keeps_its_status_code_text_and_reason() -> None:
    status, body, _headers = describe(TeapotError(shape="stout"))
    assert status == HTTPStatus.BAD_REQUEST
    assert body["code"] == 40001
    assert (body["msg"], body["reason"]) == ("short and stout", "test.teapot")


def test_a_bad_field_found_by_a_service_is_named_like_any_other() -> None:
    status, body, _headers = describe(InvalidInputError("name", "no good"))
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert body["data"]["errors"] == [
        {"type": "core.invalid", "loc": ["body", "name"], "msg": "no good"}
    ]
    assert body["msg"].endswith("name: no good")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404("secret"), HTTPStatus.NOT_FOUND),
        (PermissionDenied("secret"), HTTPStatus.FORBIDDEN),
        (ValidationError({"name": ["too bad"]}), HTTPStatus.UNPROCESSABLE_ENTITY),
        (ValidationError("too bad"), HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
)
def test_errors_of_django_are_told_in_our_words(error: Exception, status: HTTPStatus) -> None:
    answered, body, _headers = describe(error)
    assert answered == body["code"] == status
    assert "secret" not in str(body)


def test_an_error_of_the_whole_row_names_no_field() -> None:
    _status, body, _headers = describe(ValidationError({"__all__": ["start after end"]}))
    assert body["data"]["errors"][0]["loc"] == ["body"]
    assert body["msg"] == "Invalid input: start after end"


def test_a_bug_is_500_without_a_word_of_it_but_with_its_trace(quiet: Client) -> None:
    response = quiet.get(f"{ODD}/bug", headers={"X-Request-ID": "trace-1"})
    assert response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response["X-Request-ID"] == "trace-1"
    body = response.json()
    assert (body["code"], body["trace_id"], body["data"]) == (500, "trace-1", None)
    assert "secret" not in response.content.decode()


def test_a_value_that_the_database_cannot_hold_is_422_without_its_text() -> None:
    response = APIClient().get(f"{ODD}/data_error")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["reason"] == "core.unfit"
    assert "secret" not in response.content.decode()


def test_a_busy_database_is_503_with_a_time_to_come_back() -> None:
    response = APIClient().get(f"{ODD}/locked_out")
    assert response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert response["Retry-After"] == "1"


def test_a_cache_that_is_gone_is_503_too() -> None:
    status, body, headers = describe(redis.ConnectionError("secret"))
    assert (status, headers["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "1")
    assert "secret" not in str(body)


def test_a_taken_value_is_409() -> None:
    response = APIClient().post(f"{ODD}/twice")
    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json()["reason"] == "core.conflict"


def test_a_row_that_others_need_is_409_of_another_kind() -> None:
    response = APIClient().delete(f"{ODD}/protected")
    assert response.status_code == HTTPStatus.CONFLICT
    assert response.json()["reason"] == "core.in_use"


@pytest.mark.parametrize("body", ["{", '{"a": 1', "nul", "\x00", '{"a": NaN}', "\ufeff{}", "[1,]"])
def test_a_body_that_is_not_json_is_422_and_says_where(body: str) -> None:
    response = APIClient().post(f"{ODD}/check", body, content_type="application/json")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _errors(response)[0]["type"] == "json_invalid"
    assert "line 1" in _errors(response)[0]["msg"]


def test_a_body_in_another_encoding_is_422() -> None:
    body: Any = '{"status": "é"}'.encode("latin-1")
    response = APIClient().generic("POST", f"{ODD}/check", body, content_type="application/json")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize("body", ["[]", "1", '"text"', "null", "[[[]]]"])
def test_json_that_is_no_object_is_422_of_the_whole_body(body: str) -> None:
    response = APIClient().post(f"{ODD}/check", body, content_type="application/json")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert _errors(response)[0]["loc"] == ["body"]


def test_deep_nesting_is_422() -> None:
    body = "[" * 100_000
    response = APIClient().post(f"{ODD}/check", body, content_type="application/json")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_body_that_is_too_large_is_413() -> None:
    response = APIClient().post(f"{ODD}/check", {"status": 1, "more": "x" * 200})
    assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert response.json()["reason"] == "core.too_large"


def test_another_media_type_is_415() -> None:
    response = APIClient().post(f"{ODD}/check", "a=1", content_type="text/plain")
    assert response.status_code == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert response.json()["code"] == 415


def test_a_broken_upload_is_400() -> None:
    response = APIClient().generic(
        "POST", "/api/v1/test/upload", "--y\r\n", content_type="multipart/form-data"
    )
    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert response.json()["code"] == 400


def test_what_was_submitted_is_never_repeated() -> None:
    secret = "hunter2-hunter2"
    response = APIClient().post(
        f"{ODD}/check", {"status": secret, "kind": secret, "row": 987_654_321, "at": secret}
    )
    assert {error["loc"][1] for error in _errors(response)} == {"status", "kind", "row", "at"}
    assert secret not in response.content.decode()
    assert "987654321" not in response.content.decode()
    assert all(set(error) == {"type", "loc", "msg"} for error in _errors(response))


def test_an_item_of_a_list_is_named_by_its_place() -> None:
    response = APIClient().post(f"{ODD}/check", {"status": 1, "pks": [1, "x"]})
    assert _errors(response)[0]["loc"] == ["body", "pks", 1]


@pytest.mark.usefixtures("in_chinese")
def test_messages_of_the_framework_speak_chinese_too() -> None:
    response = APIClient(HTTP_ACCEPT_LANGUAGE="zh-CN").post(f"{ODD}/check", {})
    assert _errors(response)[0]["msg"] == "该字段是必填项。"


def test_an_unknown_path_is_404_in_the_envelope() -> None:
    response = APIClient().get("/api/v1/nowhere")
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json()["trace_id"] == response["X-Request-ID"]
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/nowhere", "/nowhere/<b>"])
def test_outside_of_the_api_an_error_is_a_page(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response["Content-Type"].startswith("text/html")
    page = response.content.decode()
    assert response["X-Request-ID"] in page
    assert "http" not in page  # nothing is fetched from elsewhere


def test_a_page_that_is_refused_outside_of_the_api_is_a_page_too() -> None:
    request = HttpRequest()
    request.path = "/somewhere"
    assert forbidden(request).status_code == HTTPStatus.FORBIDDEN


@override_settings(ALLOWED_HOSTS=["atrium.example"])
def test_a_request_for_another_host_is_400(quiet: Client, caplog: Any) -> None:
    caplog.set_level(logging.CRITICAL, "django.security.DisallowedHost")
    for host in ("evil.example", "a b", "[::1", "x" * 300):
        response = quiet.get("/api/v1/nowhere", headers={"Host": host})
        assert response.status_code == HTTPStatus.BAD_REQUEST
        assert response.json()["trace_id"] == response["X-Request-ID"]
        assert host not in response.content.decode()
