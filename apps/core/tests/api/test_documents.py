from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from apps.core.api.documents import document

PAGES = ("/api/v1/openapi.json", "/api/v1/docs", "/api/v1/redoc")


@pytest.mark.parametrize("page", [*PAGES, "/api/v1/docs?script="])
def test_the_document_and_its_pages_are_open_where_they_are_switched_on(page: str) -> None:
    response = Client().get(page)
    assert response.status_code == HTTPStatus.OK
    assert b"cdn" not in response.content.lower()


@pytest.mark.parametrize("page", PAGES)
def test_they_are_not_there_where_they_are_switched_off(settings: Any, page: str) -> None:
    settings.SERVE_DOCS = False
    response = Client().get(page)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json()["trace_id"] == response["X-Request-ID"]


def test_redoc_fetches_nothing_from_its_maker() -> None:
    assert 'src="?script="' in Client().get("/api/v1/redoc").content.decode()
    script = Client().get("/api/v1/redoc?script=")
    assert script["Content-Type"].startswith("text/javascript")
    assert len(script.content) > 500_000
    assert b"cdn.redoc.ly" not in script.content


@pytest.mark.parametrize("page", ["/api/v1/docs", "/api/v1/redoc"])
def test_every_asset_is_served_by_us(page: str) -> None:
    text = Client().get(page).content.decode()
    assets = [part.split('"')[0] for part in text.split('"/static/')[1:]]
    assert assets
    assert not [asset for asset in assets if finders.find(asset) is None]


def test_the_document_is_made_once_for_each_language(db: None) -> None:
    document.cache_clear()
    english = Client(headers={"accept-language": "en"}).get(PAGES[0]).json()
    Client(headers={"accept-language": "zh-CN"}).get(PAGES[0])
    assert document.cache_info().misses == 2
    again = Client(headers={"accept-language": "en-GB"}).get(PAGES[0]).json()
    assert document.cache_info().misses == 2
    assert english == again


def test_errors_are_described_once_with_an_example_each() -> None:
    found = Client().get(PAGES[0]).json()
    for name, response in found["components"]["responses"].items():
        example = response["content"]["application/json"]["example"]
        assert name == f"Error{example['code']}"
        assert set(example) == {"code", "msg", "data", "trace_id", "reason"}
    assert "Retry-After" in found["components"]["responses"]["Error429"]["headers"]
    assert found["components"]["securitySchemes"]["refreshCookie"]["in"] == "cookie"


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/redoc"])
def test_the_pages_load_nothing_from_elsewhere_and_run_only_files_of_ours(
    client: Client, path: str
) -> None:
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "https://" not in answer.content.decode()
