from typing import Any

import pytest
from django.conf import settings

from config.sessions import SessionStore


@pytest.mark.parametrize("key", ["abcdefgh\0", "abcdefghé", "short", "", None, "abcdefgh; x"])
def test_what_is_no_key_is_none(key: str | None) -> None:
    assert SessionStore(key).session_key is None


@pytest.mark.django_db
def test_a_key_of_ours_is_one_and_a_bad_cookie_asks_to_sign_in(client: Any) -> None:
    store = SessionStore()
    store.create()
    assert SessionStore(store.session_key).session_key == store.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = "abcdefgh\0"
    assert client.get("/admin/login/").status_code == 200
