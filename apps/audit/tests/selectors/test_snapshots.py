from typing import Any

import pytest

from apps.access.models import Role
from apps.audit.selectors.snapshots import links_of, snapshot_of
from apps.organization.models import Department

pytestmark = pytest.mark.django_db


def test_a_snapshot_has_plain_values_of_what_the_database_holds() -> None:
    made = Department.objects.create(name="a", sort=2)
    made.name = "not saved"
    found = snapshot_of(made)
    assert (found["name"], found["sort"], found["deleted_at"]) == ("a", 2, None)
    assert {"id", "created_at", "live_name"} & found.keys() == set()


def test_a_row_that_is_not_there_has_none() -> None:
    assert snapshot_of(Department(pk=7)) == {}


def test_links_are_keys_in_order(user: Any) -> None:
    roles = [Role.objects.create(name=f"r{n}") for n in range(3)]
    user.roles.set(reversed(roles))
    assert links_of(user, "roles") == {"roles": [role.pk for role in roles]}
    assert set(links_of(user)) == {"roles", "positions"}
