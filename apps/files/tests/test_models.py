from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.files.models import Node, Upload, UploadPart
from apps.files.tests.factories import folder

pytestmark = pytest.mark.django_db


def test_the_database_refuses_two_of_one_name(user: Any) -> None:
    inside = folder(user)
    for parent in (None, inside):
        columns = {"name": "a.txt", "kind": "other", "parent": parent, "created_by_id": user.pk}
        Node.objects.create(**columns)
        with pytest.raises(IntegrityError), transaction.atomic():
            Node.objects.create(**columns)


def test_the_last_part_is_what_is_left() -> None:
    upload = Upload(name="a", size_bytes=21, part_bytes=10, owner_id=1)
    assert upload.parts_number == 3
    assert [upload.bytes_of(number) for number in (1, 2, 3)] == [10, 10, 1]
    assert (str(upload), str(UploadPart(number=2))) == ("a", "2")
