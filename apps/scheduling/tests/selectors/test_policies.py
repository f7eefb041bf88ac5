from typing import Any

import pytest

from apps.scheduling.selectors.policies import policy_of_schedule
from apps.scheduling.tests.sample import make_schedule

pytestmark = pytest.mark.django_db


def test_a_schedule_has_its_policy() -> None:
    found = policy_of_schedule(make_schedule(retries=3).pk)
    assert found is not None
    assert found.retries == 3


def test_a_schedule_that_is_gone_is_no_obstacle(django_assert_num_queries: Any) -> None:
    assert policy_of_schedule(make_schedule().pk + 1) is None
    with django_assert_num_queries(0):
        assert policy_of_schedule(None) is None
