from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from apps.core.console import boards as module
from apps.core.console.boards import Board, boards


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setattr(module, "_boards", {})
    made = Board(name="till", code="shop:till:list", app_label="core", path="till/<int:n>/")

    @made
    def till(request: HttpRequest, n: int) -> HttpResponse:
        return HttpResponse(f"till {n}")

    return made


def _request(rf: Any, *, holds: bool, is_active: bool = True) -> HttpRequest:
    request: HttpRequest = rf.get("/")
    has_perm: Callable[[str], bool] = lambda code: holds and code == "shop:till:list"  # noqa: E731
    request.user = SimpleNamespace(is_active=is_active, has_perm=has_perm)  # type: ignore[assignment]
    return request


def test_a_page_answers_whoever_holds_its_code(page: Board, rf: Any) -> None:
    assert boards() == [page]
    answer: Any = page.view(_request(rf, holds=True), n=3)
    assert answer.content == b"till 3"


def test_nobody_else_reaches_it(page: Board, rf: Any) -> None:
    for request in (_request(rf, holds=False), _request(rf, holds=True, is_active=False)):
        with pytest.raises(PermissionDenied):
            page.view(request, n=3)


def test_every_page_of_the_platform_has_a_label_and_an_address() -> None:
    for page in boards():
        if page.label is not None:
            assert str(page.label)
            assert page.url().startswith("/admin/")
