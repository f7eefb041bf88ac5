import csv
import io
from typing import Any

import pytest
from django.utils import timezone

from apps.audit.models import LoginLog, OperaLog
from apps.audit.services import operations

pytestmark = pytest.mark.django_db
LOGIN, OPERA = "/api/v1/logs/login", "/api/v1/logs/opera"


@pytest.fixture
def client(admin_client: Any) -> Any:
    return admin_client


def _login(**values: Any) -> LoginLog:
    values = {"is_success": True, "username": "ann", "happened_at": timezone.now()} | values
    return LoginLog.objects.create(**values)


def _opera(**values: Any) -> OperaLog:
    values = {
        "is_success": True,
        "username": "ann",
        "happened_at": timezone.now(),
        "method": "POST",
        "path": "/x",
        "code": "200",
        "cost_us": 1500,
        **values,
    }
    return OperaLog.objects.create(**values)


def _ids(response: Any) -> set[int]:
    assert response.status_code == 200, response.content
    return {row["id"] for row in response.json()["data"]["items"]}


def test_the_login_log_is_listed_newest_first(client: Any) -> None:
    rows = [_login(message=str(n)) for n in range(3)]
    data = client.get(LOGIN).json()["data"]
    assert [row["msg"] for row in data["items"]] == ["2", "1", "0"]
    assert data["items"][0] == {
        **data["items"][0],
        "status": 1,
        "country": None,
        "region": None,
        "city": None,
        "username": "ann",
    }
    assert client.get(f"{LOGIN}/{rows[0].pk}").json()["data"]["msg"] == "0"


def test_an_operation_shows_its_arguments_and_duration(client: Any) -> None:
    row = _opera(args='{"json":{"a":[1]}}', username="")
    data = client.get(f"{OPERA}/{row.pk}").json()["data"]
    assert data["args"] == {"json": {"a": [1]}}
    assert (data["cost_time"], data["username"]) == (1.5, None)
    assert client.get(f"{OPERA}/{_opera().pk}").json()["data"]["args"] is None


@pytest.mark.parametrize(
    "query", ["username=OB", "status=0", "ip=9.9", "reason=locked", "end_time=2020-01-02 00:00:00"]
)
def test_the_login_log_is_filtered(query: str, client: Any) -> None:
    _login()
    old = timezone.datetime(2020, 1, 1, tzinfo=timezone.get_default_timezone())  # type: ignore[attr-defined]
    odd = _login(
        username="bob",
        is_success=False,
        address="9.9.9.9",
        reason="x.locked",
        happened_at=old,
    )
    assert _ids(client.get(f"{LOGIN}?{query}")) == {odd.pk}


@pytest.mark.parametrize(
    "query",
    [
        "username=OB",
        "status=0",
        "ip=9.9",
        "trace_id=abc",
        "method=delete",
        "path=users",
        "title=Kick",
        "code=403",
        "start_time=2099-01-01 00:00:00",
    ],
)
def test_the_operation_log_is_filtered(query: str, client: Any) -> None:
    _opera()
    odd = _opera(
        username="bob",
        is_success=False,
        address="9.9.9.9",
        trace_id="abc",
        method="DELETE",
        path="/users/1",
        title="Kick out",
        code="403",
        happened_at=timezone.datetime(2099, 1, 2, tzinfo=timezone.get_default_timezone()),  # type: ignore[attr-defined]
    )
    assert _ids(client.get(f"{OPERA}?{query}")) == {odd.pk}


@pytest.mark.parametrize("query", ["status=2", "start_time=yesterday", "page=x", "size=201"])
def test_a_bad_filter_is_refused(query: str, client: Any) -> None:
    assert client.get(f"{OPERA}?{query}").status_code == 422


def test_a_read_needs_the_code_of_the_page(client_with: Any) -> None:
    assert client_with("log:opera:list").get(OPERA).status_code == 200
    assert client_with("log:opera:list").get(LOGIN).status_code == 403


def test_chosen_rows_are_deleted_or_none(client: Any) -> None:
    rows = [_login() for _n in range(3)]
    gone = {"pks": [rows[0].pk, 987654321]}
    assert client.delete(LOGIN, gone).status_code == 404
    assert LoginLog.objects.count() == 3
    response = client.delete(LOGIN, {"pks": [rows[0].pk, rows[1].pk]})
    assert (response.status_code, response.json()["data"]) == (200, None)
    assert list(LoginLog.objects.all()) == [rows[2]]


@pytest.mark.parametrize("body", [{}, {"pks": []}, {"pks": ["x"]}, {"pks": 7}])
def test_a_deletion_of_nothing_is_refused(body: Any, client: Any) -> None:
    assert client.delete(OPERA, body).status_code == 422


def test_a_log_is_emptied_and_who_did_it_stays(client: Any) -> None:
    _opera()
    _opera()
    assert client.get(OPERA).json()["data"]["total"] == 2
    assert client.delete(f"{OPERA}/all").json()["data"] is None
    row = OperaLog.objects.get()
    assert (row.method, row.path, row.username) == ("DELETE", f"{OPERA}/all", client.user.username)
    assert client.get(OPERA).json()["data"]["total"] == 1


@pytest.mark.parametrize("verb", ["del", "clear"])
def test_each_deletion_has_a_code_of_its_own(verb: str, client_with: Any) -> None:
    client = client_with(f"log:login:{verb}")
    row = _login()
    assert client.delete(LOGIN, {"pks": [row.pk]}).status_code == (200 if verb == "del" else 403)
    assert client.delete(f"{LOGIN}/all").status_code == (200 if verb == "clear" else 403)


def test_the_export_holds_what_the_filters_leave(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.core.api.exports.BATCH", 3)
    for number in range(8):
        _opera(title=f"t{number}", path="/many")
    _opera(path="/other")
    response = client.get(f"{OPERA}/export?path=many")
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["title"] for line in lines] == [f"t{number}" for number in reversed(range(8))]


def test_the_export_is_harmless_in_a_spreadsheet(client: Any) -> None:
    _login(username="=cmd()")
    text = b"".join(client.get(f"{LOGIN}/export").streaming_content).decode()
    assert "'=cmd()" in text
    assert client.get(f"{LOGIN}/export?status=9").status_code == 422


def test_reading_the_log_is_not_logged(client: Any) -> None:
    client.get(OPERA)
    operations.waiting.flush()
    assert OperaLog.objects.count() == 0


def _changes(client: Any, query: str) -> list[dict[str, Any]]:
    response = client.get(f"/api/v1/logs/changes?{query}")
    assert response.status_code == 200, response.content
    items: list[dict[str, Any]] = response.json()["data"]["items"]
    return items


def test_the_history_of_one_object_is_listed(client: Any) -> None:
    first = client.post("/api/v1/sys/depts", {"name": "sales", "status": 1}).json()["data"]["id"]
    client.put(f"/api/v1/sys/depts/{first}", {"name": "trade", "status": 1})
    client.post("/api/v1/sys/depts", {"name": "other", "status": 1})
    found = _changes(client, f"model=organization.department&object={first}")
    assert [row["action"] for row in found] == ["changed", "made"]
    assert found[0]["changes"] == {"name": ["sales", "trade"]}
    assert (found[0]["object"], found[0]["username"]) == (first, client.user.username)
    by_trace = _changes(client, f"trace_id={found[0]['trace_id']}")
    assert [row["id"] for row in by_trace] == [found[0]["id"]]
    assert _changes(client, "username=nobody") == []
    assert _changes(client, "start_time=2099-01-01 00:00:00") == []
    assert _changes(client, "end_time=2000-01-01 00:00:00") == []
    one = client.get(f"/api/v1/logs/changes/{found[0]['id']}").json()["data"]
    assert one == found[0]
