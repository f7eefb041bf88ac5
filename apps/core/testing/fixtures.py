"""Fixtures for the tests of every app and plugin; `pytest.ini` loads this module.

It loads before Django is set up, so it imports Django's models inside the fixtures; the apps above
core are reached by name, because core imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from rest_framework.test import APIClient

ClientFor: TypeAlias = "Callable[[Any], APIClient]"
GrantedClient: TypeAlias = "Callable[..., APIClient]"
PASSWORD = "Correct-1"
_numbers = count(1)


def empty_caches() -> None:
    """Forget everything in both levels of the cache; row ids come again in the next test."""
    from django.core.cache import cache  # noqa: PLC0415 - see the module docstring

    from apps.core.cached import two_level  # noqa: PLC0415

    # Redis' clear() empties the whole database, which tests beside us use too.
    delete_pattern = getattr(cache, "delete_pattern", None)
    if delete_pattern is None:
        cache.clear()
    else:
        delete_pattern("*")
    two_level.drop(None)


@pytest.fixture(autouse=True)
def _one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no window of a rate limit end in the middle of a test that counts calls."""
    monkeypatch.setattr("apps.core.limits._now", lambda: 1_000_000_020)


@pytest.fixture(autouse=True)
def _clean_process() -> Iterator[None]:
    """Start each test without what the one before left in this process."""
    from apps.core.writebehind import forget_all  # noqa: PLC0415 - see the module docstring

    empty_caches()
    yield
    forget_all()  # a timer that fired later would write rows of a test that is over


@pytest.fixture(autouse=True)
def _commit_hooks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run `on_commit` hooks when the code under test leaves its outermost `atomic`.

    A test runs inside a transaction that is never committed, so the hooks would never run: no
    cache would be dropped and no job sent. Hooks of what was rolled back are dropped as ever.
    """
    uses = {"db", "user", "make_user", "client_with", "console_with"} & set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    is_real = "transactional_db" in request.fixturenames or (
        marker is not None and marker.kwargs.get("transaction")
    )
    if is_real or (marker is None and not uses):
        return
    request.getfixturevalue("db")
    from django.db import connection  # noqa: PLC0415 - see the module docstring
    from django.db.transaction import Atomic  # noqa: PLC0415

    depth = len(connection.savepoint_ids)
    leave, register = Atomic.__exit__, connection.on_commit

    def run_hooks() -> None:
        while connection.run_on_commit and len(connection.savepoint_ids) == depth:
            hook = connection.run_on_commit.pop(0)[1]
            hook()

    def on_exit(self: Any, exc_type: Any, exc: Any, trace: Any) -> None:
        leave(self, exc_type, exc, trace)
        if exc_type is None:
            run_hooks()

    def on_commit(hook: Any, robust: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        register(hook, robust)
        run_hooks()

    monkeypatch.setattr(Atomic, "__exit__", on_exit)
    monkeypatch.setattr(connection, "on_commit", on_commit)


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:  # noqa: ARG001 - a fixture asks for another by naming it
    """Return a function that saves a user; the password is `PASSWORD`."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - see the module docstring
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    def make(**fields: Any) -> Any:
        fields.setdefault("username", f"user{next(_numbers)}")
        fields.setdefault("nickname", fields["username"])
        fields.setdefault("is_multi_login", True)
        fields.setdefault("password_changed_at", timezone.now())
        password = fields.pop("password", PASSWORD)
        roles = fields.pop("roles", ())
        made = get_user_model().objects.create(password=make_password(password), **fields)
        made.roles.set(roles)
        return made

    return make


@pytest.fixture
def user(make_user: Callable[..., Any]) -> Any:
    """Return somebody who can sign in and may do nothing."""
    return make_user(username="ann")


@pytest.fixture
def client_for() -> ClientFor:
    """Return a function that signs a user in and returns a client with the access token."""
    from django.utils.module_loading import import_string  # noqa: PLC0415 - see the module docstring
    from rest_framework.test import APIClient  # noqa: PLC0415

    def sign_in(user: Any) -> APIClient:
        session_open = import_string("apps.accounts.services.sessions.session_open")
        pair = session_open(user=user, channel="api")
        client = APIClient(HTTP_ACCEPT_LANGUAGE="en-US")
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair.access}")
        return client

    return sign_in


@pytest.fixture
def client_with(make_user: Callable[..., Any], client_for: ClientFor) -> GrantedClient:
    """Return a function that makes a signed-in client whose user holds exactly the codes given.

    No data scope narrows what they see, unless the test gives `scopes`. `user` is on the client as
    `client.user`; other keyword arguments are fields of that user.
    """
    from django.apps import apps  # noqa: PLC0415 - see the module docstring

    def make(*codes: str, **fields: Any) -> APIClient:
        scopes = fields.pop("scopes", None)
        role = apps.get_model("access.Role").objects.create(
            name=f"role{next(_numbers)}", is_scoped=scopes is not None
        )
        role.scopes.set(scopes or ())
        for code in codes:
            number = next(_numbers)
            role.menus.add(
                apps.get_model("access.Menu").objects.create(
                    name=f"button{number}", title=f"button {number}", kind=2, perms=code
                )
            )
        made = make_user(roles=[role], **fields)
        client = client_for(made)
        client.user = made  # type: ignore[attr-defined] # for the test to read
        return client

    return make


@pytest.fixture
def admin_client(client_with: GrantedClient) -> APIClient:
    """Return a client whose user is a superuser."""
    return client_with(is_superuser=True, is_staff=True)


@pytest.fixture
def console_for() -> Callable[[Any], Client]:
    """Return a function that signs a user in to the console and returns the browser."""
    from django.test import Client  # noqa: PLC0415 - see the module docstring
    from django.utils.module_loading import import_string  # noqa: PLC0415

    def sign_in(user: Any) -> Client:
        session_open = import_string("apps.accounts.services.sessions.session_open")
        key = import_string("apps.accounts.constants.SESSION_KEY")
        browser = Client(headers={"accept-language": "en-US"})
        browser.force_login(user, backend="apps.accounts.backends.PasswordBackend")
        session = browser.session
        session[key] = session_open(user=user, channel="console").sid
        session.save()
        browser.user = user  # type: ignore[attr-defined] # for the test to read
        return browser

    return sign_in


@pytest.fixture
def console_with(client_with: GrantedClient, console_for: Callable[[Any], Client]) -> Any:
    """Return a function that makes an operator's browser; the codes are all that they hold."""

    def make(*codes: str, **fields: Any) -> Client:
        fields.setdefault("is_staff", True)
        return console_for(client_with(*codes, **fields).user)  # type: ignore[attr-defined] # ours

    return make


@pytest.fixture
def in_chinese() -> Iterator[None]:
    """Run a test in Simplified Chinese."""
    from django.utils import translation  # noqa: PLC0415 - see the module docstring

    with translation.override("zh-hans"):
        yield


@pytest.fixture
def atrium(settings: Any) -> Callable[..., None]:
    """Return a function that changes keys of `settings.ATRIUM` for this test."""
    from dataclasses import replace  # noqa: PLC0415 - only needed here

    def change(**keys: Any) -> None:
        settings.ATRIUM = replace(settings.ATRIUM, **keys)

    return change


@pytest.fixture
def at_once() -> Callable[..., list[int]]:
    """Return a function that makes calls at the same time and returns their statuses, sorted.

    Each call has a connection of its own, which an in-memory SQLite database cannot give. Use it
    in tests marked `services` with `django_db(transaction=True)`.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only needed here
    from threading import Barrier  # noqa: PLC0415

    from django.db import connection, connections  # noqa: PLC0415 - see the module docstring

    if connection.vendor == "sqlite":
        pytest.skip("needs a database server: DATABASE_URL is not set")

    def make(*calls: Callable[[], Any]) -> list[int]:
        start = Barrier(len(calls))

        def run(call: Callable[[], Any]) -> int:
            try:
                start.wait()
                return int(call().status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as threads:
            return sorted(threads.map(run, calls))

    return make
