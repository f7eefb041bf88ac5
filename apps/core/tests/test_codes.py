from collections.abc import Iterator
from typing import Any

import pytest

from apps.core.codes import declared_codes, iter_operations, iter_views
from apps.core.guards import Access
from apps.core.tests.sample import GroupViewSet, OddViewSet, PermissionViewSet, UploadView


@pytest.fixture(autouse=True)
def _sample_urls(settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "apps.core.tests.sample"
    declared_codes.cache_clear()
    yield
    declared_codes.cache_clear()


def test_every_operation_of_every_view_is_found_with_what_it_needs() -> None:
    found = {(o.method, o.route): o.need for o in iter_operations()}
    assert found[("GET", "/api/v1/test/groups")] == "test:group:list"
    assert found[("DELETE", "/api/v1/test/groups")] == "test:group:del"
    assert found[("PATCH", "/api/v1/test/groups/{pk}")] == "test:group:edit"
    assert found[("GET", "/api/v1/test/groups/all")] is Access.SIGNED_IN
    assert found[("POST", "/api/v1/test/upload")] is Access.PUBLIC
    assert not [method for method, _route in found if method in {"HEAD", "OPTIONS"}]


def test_each_view_comes_once() -> None:
    views = list(iter_views())
    assert sorted(view.__name__ for view in views) == sorted(
        view.__name__ for view in (GroupViewSet, PermissionViewSet, OddViewSet, UploadView)
    )


def test_codes_are_those_that_some_operation_needs() -> None:
    assert set(declared_codes()) == {
        "test:group:list",
        "test:group:add",
        "test:group:edit",
        "test:group:del",
        "test:permission:list",
    }
    assert declared_codes()["test:group:add"] is GroupViewSet.guard
