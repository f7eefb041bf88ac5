from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from apps.core.api import statements

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "uuid", "username", "is_active", "joined_at", "last_login", "department__name")
Build = Callable[[Any], QuerySet[Any]]


@pytest.fixture
def users(make_user: Callable[..., Any]) -> Any:
    departments = [
        apps.get_model("organization.Department").objects.create(name=f"d{number}")
        for number in range(2)
    ]
    for number in range(6):
        make_user(
            username=f"u{number}",
            is_active=number % 2 == 0,
            department=departments[number % 2] if number else None,
        )
    return apps.get_model("accounts.User").objects


@pytest.mark.parametrize(
    "build",
    [
        lambda users: users.all(),
        lambda users: users.all()[1:4],
        lambda users: users.filter(is_active=True).order_by("username"),
        lambda users: users.filter(username__icontains="U", pk__gt=0).order_by("-joined_at", "pk"),
        lambda users: users.filter(Q(username="u1") | ~Q(department__name="d0")),
        lambda users: users.filter(department__name__in=["d0", "d1"])[:3],
        lambda users: users.filter(pk__in=users.filter(is_active=True).values("pk")),
        lambda users: users.filter(pk__in=[]),
        lambda users: users.exclude(pk__in=[]),
        lambda users: users.none(),
        lambda users: users.filter(roles__isnull=True),
        lambda users: users.annotate(held=Count("roles")).filter(held=0),
        lambda users: users.distinct(),
        lambda users: users.order_by(F("username").desc()),
        lambda users: users.filter(pk=1).order_by().union(users.filter(pk=2).order_by()),
        lambda users: users.reverse(),
        lambda users: users.order_by("department__sort", "pk"),
    ],
)
def test_the_rows_are_those_of_the_queryset(users: Any, build: Build) -> None:
    wanted = list(build(users).values_list(*COLUMNS))
    assert statements.fetch(build(users), COLUMNS) == wanted
    assert statements.fetch(build(users), COLUMNS) == wanted  # now from the text that was kept


def test_parameters_of_one_call_do_not_stay_for_the_next(users: Any) -> None:
    for name in ("u1", "u2", "nobody", "u3' OR 1=1 --"):
        found = statements.fetch(users.filter(username=name), ("username",))
        assert found == list(users.filter(username=name).values_list("username"))


def test_pages_and_orders_are_statements_of_their_own(users: Any) -> None:
    pages = [statements.fetch(users.all()[start : start + 2], ("pk",)) for start in (0, 2, 4)]
    assert len({pk for page in pages for (pk,) in page}) == 6
    forth = statements.fetch(users.order_by("pk"), ("pk",))
    assert statements.fetch(users.order_by("-pk"), ("pk",)) == forth[::-1]


def test_a_statement_is_compiled_once(users: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    statements.fetch(users.filter(username="u1"), COLUMNS)
    compiled: list[Any] = []
    monkeypatch.setattr(statements, "_compile", lambda *given: compiled.append(given))
    with CaptureQueriesContext(connection) as captured:
        assert statements.fetch(users.filter(username="u2"), COLUMNS)[0][2] == "u2"
    assert (len(captured), compiled) == (1, [])


def test_no_more_texts_are_kept_than_there_is_room_for(
    users: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "MAX_STATEMENTS", 3)
    statements._statements.clear()
    for stop in range(1, 6):
        statements.fetch(users.all()[:stop], ("pk",))
    assert len(statements._statements) == 3
