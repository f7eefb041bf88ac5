from django.urls import resolve

from apps.core.codes import iter_operations
from apps.core.tests.sample import urlpatterns


def test_no_path_ends_in_a_slash(settings: object) -> None:
    settings.ROOT_URLCONF = "apps.core.tests.sample"  # type: ignore[attr-defined] # pytest-django's
    assert urlpatterns
    assert not [o.route for o in iter_operations() if o.route.endswith("/")]


def test_actions_of_the_collection_come_before_the_rows() -> None:
    urlconf = "apps.core.tests.sample"
    assert resolve("/api/v1/test/groups/all", urlconf).func.actions["get"] == "all"  # type: ignore[attr-defined] # DRF's
    assert resolve("/api/v1/test/groups/7", urlconf).func.actions["get"] == "retrieve"  # type: ignore[attr-defined] # DRF's


def test_the_collection_takes_a_bulk_delete() -> None:
    found = resolve("/api/v1/test/groups", "apps.core.tests.sample")
    assert found.func.actions["delete"] == "destroy_many"  # type: ignore[attr-defined] # DRF's
