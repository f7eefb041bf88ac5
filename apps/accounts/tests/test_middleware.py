from http import HTTPStatus
from typing import Any

from apps.core.testing.fixtures import ClientFor

UNKNOWN = "/api/v1/nothing-here"


def test_an_unknown_path_is_404_in_the_envelope(user: Any, client_for: ClientFor) -> None:
    response = client_for(user).get(UNKNOWN)
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json()["reason"] == "core.not_found"
    assert response.json()["trace_id"] == response["X-Request-ID"]
