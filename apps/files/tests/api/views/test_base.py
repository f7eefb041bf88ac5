from types import SimpleNamespace
from typing import Any

import pytest

from apps.core.errors import NotFoundError
from apps.files.api.views.base import NodesViewSet, address_of
from apps.files.models import Node
from apps.files.services.bin import nodes_delete
from apps.files.tests.factories import folder, picture, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def view(user: Any) -> NodesViewSet:
    user.is_superuser = True
    made = NodesViewSet()
    stand_in: Any = SimpleNamespace(user=user, method="GET")
    made.request = stand_in
    return made


def test_a_folder_is_one_that_lives(view: NodesViewSet) -> None:
    docs, node = folder(view.owner), stored(view.owner)
    assert view.folder(None) is None
    assert view.folder(docs.pk) == docs
    nodes_delete(nodes=[docs])
    for pk in (docs.pk, node.pk, 987_654):
        with pytest.raises(NotFoundError):
            view.folder(pk)


def test_rows_are_all_there_or_none(view: NodesViewSet) -> None:
    node = stored(view.owner)
    assert view.named(Node.objects.all(), [node.pk, node.pk]) == [node]
    with pytest.raises(NotFoundError):
        view.named(Node.objects.all(), [node.pk, 987_654])


def test_the_address_of_a_public_picture_names_its_token_alone(view: Any, rf: Any) -> None:
    public = stored(view.owner, "a.png", picture(), is_public=True)
    private = stored(view.owner, "b.png", picture())
    assert address_of(rf.get("/"), public).endswith(f"/files/public/{public.public_token}")
    assert address_of(rf.get("/"), private).endswith(f"/sys/files/{private.pk}/preview")
