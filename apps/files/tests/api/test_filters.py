from typing import Any

import pytest

from apps.files.api.filters import NodeFilter
from apps.files.models import Node
from apps.files.tests.factories import folder, stored

pytestmark = pytest.mark.django_db


def _names(**given: str) -> set[str]:
    found = NodeFilter(given, queryset=Node.objects.all()).qs
    return {node.name for node in found}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, {"docs", "a.txt", "b.txt"}),
        ({"parent_id": "0"}, {"docs", "a.txt"}),
        ({"name": "B."}, {"b.txt"}),
        ({"kind": "folder"}, {"docs"}),
        ({"kind": "folder", "parent_id": "0"}, {"docs"}),
    ],
)
def test_one_folder_or_a_search_in_all(user: Any, given: dict[str, str], names: set[str]) -> None:
    docs = folder(user)
    stored(user, "a.txt")
    stored(user, "b.txt", folder=docs)
    assert _names(**given) == names
    assert _names(parent_id=str(docs.pk)) == {"b.txt"}
