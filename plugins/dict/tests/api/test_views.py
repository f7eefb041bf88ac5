import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.wire import wire_id
from plugins.dict.models import DictData, DictType
from plugins.dict.seeds import seed

pytestmark = pytest.mark.django_db

TYPES = "/api/v1/sys/dict-types"
ENTRIES = "/api/v1/sys/dict-datas"
ENTRY = {"label": "red", "value": "1", "sort": 1, "status": 1}


@pytest.fixture
def admin(client_with: Any) -> Any:
    return client_with(is_superuser=True)


@pytest.fixture
def colours() -> DictType:
    made = DictType.objects.create(name="Colours", code="colours", remark="of things")
    for number, label in enumerate(("red", "green", "blue"), start=1):
        DictData.objects.create(type=made, label=label, value=str(number), sort=number)
    return made


def _labels(client: Any, code: str) -> list[str]:
    return [row["label"] for row in client.get(f"{ENTRIES}/type-codes/{code}").json()["data"]]


def test_a_dictionary_looks_as_the_wire_says(admin: Any) -> None:
    answer = admin.post(TYPES, {"name": "Sizes", "code": "sizes", "status": 1}).json()
    row = answer["data"]
    assert answer["code"] == 200
    assert list(row) == ["name", "code", "remark", "id", "created_time", "updated_time"]
    assert (row["name"], row["code"], row["remark"], row["updated_time"]) == (
        "Sizes",
        "sizes",
        None,
        None,
    )
    assert admin.get(f"{TYPES}/{row['id']}").json()["data"] == row


def test_an_entry_looks_as_the_wire_says(admin: Any, colours: DictType) -> None:
    body = {**ENTRY, "type_id": colours.pk, "label": "pink", "color": "", "remark": "light"}
    row = admin.post(ENTRIES, body).json()["data"]
    assert list(row) == [
        "type_id",
        "label",
        "value",
        "color",
        "sort",
        "status",
        "remark",
        "id",
        "type_code",
        "created_time",
        "updated_time",
    ]
    assert row["type_id"] == wire_id(colours.pk)
    assert (row["color"], row["status"], row["type_code"]) == (None, 1, "colours")
    assert admin.get(f"{ENTRIES}/{row['id']}").json()["data"] == row


def test_dictionaries_are_listed_newest_first(admin: Any, colours: DictType) -> None:
    newer = DictType.objects.create(name="Sizes", code="sizes")
    page = admin.get(TYPES).json()["data"]
    assert [row["id"] for row in page["items"]] == [wire_id(newer.pk), wire_id(colours.pk)]
    assert page["total"] == 2
    every = admin.get(f"{TYPES}/all").json()["data"]
    assert [row["code"] for row in every] == ["sizes", "colours"]


def test_entries_are_listed_in_their_order(admin: Any, colours: DictType) -> None:
    DictData.objects.filter(label="blue").update(sort=0)
    page = admin.get(ENTRIES, {"type_id": colours.pk}).json()["data"]
    assert [row["label"] for row in page["items"]] == ["blue", "red", "green"]
    every = admin.get(f"{ENTRIES}/all").json()["data"]
    assert [row["label"] for row in every] == ["blue", "red", "green"]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({"type_code": "colours"}, ["red", "green", "blue"]),
        ({"type_code": "colour"}, []),
        ({"label": "RE"}, ["red", "green"]),
        ({"label": "%"}, []),
        ({"value": "3"}, ["blue"]),
        ({"status": "0"}, ["green"]),
        ({"status": "1"}, ["red", "blue"]),
        ({"type_id": "", "label": "", "status": "", "type_code": "", "value": ""}, None),
        ({"type_id": "0"}, None),
    ],
)
@pytest.mark.usefixtures("colours")
def test_entries_are_filtered(admin: Any, query: dict[str, str], labels: list[str] | None) -> None:
    DictData.objects.filter(label="green").update(is_active=False)
    answer = admin.get(ENTRIES, query)
    assert answer.status_code == 200
    found = [row["label"] for row in answer.json()["data"]["items"]]
    assert found == (["red", "green", "blue"] if labels is None else labels)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"name": "col"}, ["colours"]),
        ({"name": "_"}, []),
        ({"code": "OURS"}, ["colours"]),
        ({"name": "", "code": ""}, ["colours"]),
        ({"code": "nothing"}, []),
    ],
)
@pytest.mark.usefixtures("colours")
def test_dictionaries_are_filtered(admin: Any, query: dict[str, str], codes: list[str]) -> None:
    page = admin.get(TYPES, query).json()["data"]
    assert [row["code"] for row in page["items"]] == codes


@pytest.mark.parametrize("query", [{"status": "on"}, {"type_id": "x"}, {"size": "no"}])
def test_a_filter_of_the_wrong_type_is_refused(admin: Any, query: dict[str, str]) -> None:
    answer = admin.get(ENTRIES, query)
    assert answer.status_code == 422
    assert answer.json()["data"]["errors"][0]["loc"] == ["query", *query]


def test_a_put_keeps_what_it_does_not_name(admin: Any, colours: DictType) -> None:
    entry = colours.entries.get(label="red")
    DictData.objects.filter(pk=entry.pk).update(color="gold", remark="kept")
    body = {"type_id": colours.pk, "label": "ruby", "value": "9", "sort": 5, "status": 0}
    row = admin.put(f"{ENTRIES}/{entry.pk}", body).json()["data"]
    assert (row["label"], row["value"], row["sort"], row["status"]) == ("ruby", "9", 5, 0)
    assert (row["color"], row["remark"]) == ("gold", "kept")
    assert row["updated_time"] is not None
    row = admin.put(f"{ENTRIES}/{entry.pk}", {**body, "remark": ""}).json()["data"]
    assert (row["color"], row["remark"]) == ("gold", None)
    row = admin.put(f"{TYPES}/{colours.pk}", {"name": "Hues", "code": "colours"}).json()
    assert (row["data"]["name"], row["data"]["remark"]) == ("Hues", "of things")


def test_a_patch_needs_only_what_it_changes(admin: Any, colours: DictType) -> None:
    entry = colours.entries.get(label="red")
    row = admin.patch(f"{ENTRIES}/{entry.pk}", {"label": "ruby"}).json()["data"]
    assert (row["label"], row["value"], row["type_code"]) == ("ruby", "1", "colours")


def test_a_taken_code_or_label_is_a_conflict(admin: Any, colours: DictType) -> None:
    other = DictType.objects.create(name="Other", code="other")
    again = {"name": "Again", "code": "colours"}
    answers = [
        admin.post(TYPES, again),
        admin.put(f"{TYPES}/{other.pk}", again),
        admin.post(ENTRIES, {**ENTRY, "type_id": colours.pk}),
        admin.patch(f"{ENTRIES}/{colours.entries.get(label='green').pk}", {"label": "red"}),
    ]
    assert [answer.status_code for answer in answers] == [409] * 4
    assert [answer.json()["reason"] for answer in answers] == [
        "dict.type.code_taken",
        "dict.type.code_taken",
        "dict.data.label_taken",
        "dict.data.label_taken",
    ]


def test_an_entry_of_no_dictionary_is_not_found(admin: Any, colours: DictType) -> None:
    answer = admin.post(ENTRIES, {**ENTRY, "type_id": 987654})
    assert (answer.status_code, answer.json()["reason"]) == (404, "dict.type.missing")
    entry = colours.entries.get(label="red")
    answer = admin.patch(f"{ENTRIES}/{entry.pk}", {"type_id": 987654})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("url", "body", "field"),
    [
        (TYPES, {"name": "x" * 33, "code": "x"}, "name"),
        (TYPES, {"name": "x", "code": "x" * 33}, "code"),
        (TYPES, {"name": "x", "code": "a/b"}, "code"),
        (TYPES, {"name": "x", "code": "a b"}, "code"),
        (TYPES, {"name": "x", "code": ".."}, "code"),
        (TYPES, {"name": "x", "code": "x\n"}, None),
        (TYPES, {"name": "", "code": "x"}, "name"),
        (TYPES, {"code": "x"}, "name"),
        (TYPES, {"name": ["x"], "code": "x"}, "name"),
        (TYPES, {"name": "x", "code": "x", "remark": "x" * 2001}, "remark"),
        (ENTRIES, {**ENTRY, "label": "x" * 33}, "label"),
        (ENTRIES, {**ENTRY, "value": "x" * 33}, "value"),
        (ENTRIES, {**ENTRY, "color": "x" * 33}, "color"),
        (ENTRIES, {**ENTRY, "sort": -1}, "sort"),
        (ENTRIES, {**ENTRY, "sort": 2**31}, "sort"),
        (ENTRIES, {**ENTRY, "status": 2}, "status"),
        (ENTRIES, {**ENTRY, "type_id": "x"}, "type_id"),
    ],
)
def test_bad_input_is_refused_with_the_field(
    admin: Any, colours: DictType, url: str, body: dict[str, Any], field: str | None
) -> None:
    if url == ENTRIES:
        body = {"type_id": colours.pk, **body}
    answer = admin.post(url, body)
    if field is None:  # trimmed, as every text is
        assert (answer.status_code, answer.json()["data"]["code"]) == (200, "x")
        return
    assert answer.status_code == 422
    assert answer.json()["data"]["errors"][0]["loc"] == ["body", field]


def test_a_bulk_delete_takes_all_or_nothing(admin: Any, colours: DictType) -> None:
    pks = list(colours.entries.values_list("pk", flat=True))
    answer = admin.delete(ENTRIES, {"pks": [pks[0], 987654]})
    assert answer.status_code == 404
    assert colours.entries.count() == 3
    answer = admin.delete(ENTRIES, {"pks": pks[:2]})
    assert answer.json()["data"] is None
    assert colours.entries.count() == 1
    assert admin.delete(TYPES, {"pks": [colours.pk, 987654]}).status_code == 404
    assert admin.delete(TYPES, {"pks": [colours.pk]}).status_code == 200
    assert not DictData.objects.exists()


def test_one_row_can_be_deleted_by_its_path(admin: Any, colours: DictType) -> None:
    entry = colours.entries.get(label="red")
    assert admin.delete(f"{ENTRIES}/{entry.pk}").status_code == 200
    assert admin.get(f"{ENTRIES}/{entry.pk}").status_code == 404
    assert admin.delete(f"{TYPES}/{colours.pk}").status_code == 200
    assert not DictData.objects.exists()


@pytest.mark.usefixtures("colours")
def test_the_options_of_a_code_are_the_active_ones_highest_order_first(
    admin: Any,
) -> None:
    DictData.objects.filter(label="green").update(is_active=False)
    assert _labels(admin, "colours") == ["blue", "red"]


@pytest.mark.parametrize("code", ["nothing", "x" * 33, "a%20b", "%00", "..", "empty"])
def test_a_code_without_options_is_not_found(client_with: Any, code: str) -> None:
    DictType.objects.create(name="Empty", code="empty")
    assert client_with().get(f"{ENTRIES}/type-codes/{code}").status_code == 404


@pytest.mark.parametrize(
    ("change", "labels"),
    [
        (
            lambda c, t: c.post(ENTRIES, {**ENTRY, "type_id": t.pk, "label": "new", "sort": 9}),
            "new",
        ),
        (lambda c, t: c.patch(f"{ENTRIES}/{t.entries.last().pk}", {"label": "navy"}), "navy"),
        (lambda c, t: c.patch(f"{ENTRIES}/{t.entries.last().pk}", {"status": 0}), "green"),
        (lambda c, t: c.delete(ENTRIES, {"pks": [t.entries.last().pk]}), "green"),
    ],
    ids=["new", "changed", "switched off", "deleted"],
)
def test_a_change_of_an_entry_is_seen_at_once(
    admin: Any, colours: DictType, change: Callable[[Any, DictType], Any], labels: str
) -> None:
    assert _labels(admin, "colours")[0] == "blue"
    assert change(admin, colours).status_code == 200
    assert _labels(admin, "colours")[0] == labels


def test_a_changed_code_moves_the_options_and_every_entry(admin: Any, colours: DictType) -> None:
    assert _labels(admin, "colours")
    admin.patch(f"{TYPES}/{colours.pk}", {"code": "hues"})
    assert admin.get(f"{ENTRIES}/type-codes/colours").status_code == 404
    rows = admin.get(f"{ENTRIES}/type-codes/hues").json()["data"]
    assert {row["type_code"] for row in rows} == {"hues"}


def test_the_options_of_a_deleted_dictionary_are_gone_at_once(
    admin: Any, colours: DictType
) -> None:
    assert _labels(admin, "colours")
    admin.delete(TYPES, {"pks": [colours.pk]})
    assert admin.get(f"{ENTRIES}/type-codes/colours").status_code == 404


def test_whoever_is_signed_in_reads_what_forms_need_and_no_more(client_with: Any) -> None:
    seed(demo=False)
    client = client_with()
    for path in (f"{TYPES}/all", f"{ENTRIES}/all", f"{ENTRIES}/type-codes/sys_status"):
        assert client.get(path).status_code == 200
    for path in (TYPES, f"{TYPES}/1", ENTRIES, f"{ENTRIES}/1"):
        assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    ("code", "method", "url"),
    [
        ("dict:type:add", "post", TYPES),
        ("dict:type:edit", "put", f"{TYPES}/1"),
        ("dict:type:del", "delete", TYPES),
        ("dict:data:add", "post", ENTRIES),
        ("dict:data:edit", "put", f"{ENTRIES}/1"),
        ("dict:data:del", "delete", ENTRIES),
    ],
)
def test_each_write_needs_its_own_code(client_with: Any, code: str, method: str, url: str) -> None:
    others = {f"dict:{kind}:{verb}" for kind in ("type", "data") for verb in ("add", "edit", "del")}
    refused = getattr(client_with(*others - {code}), method)(url, {})
    assert refused.status_code == 403
    allowed = getattr(client_with(code), method)(url, {})
    assert allowed.status_code in {404, 422}


@pytest.mark.parametrize("url", [TYPES, ENTRIES])
def test_a_page_costs_the_same_for_two_rows_or_two_hundred(admin: Any, url: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert admin.get(url, {"size": 200}).status_code == 200
        return len(seen)

    types = [DictType.objects.create(name=f"t{n}", code=f"t{n}") for n in range(2)]
    DictData.objects.bulk_create(DictData(type=t, label="x", value="x") for t in types)
    admin.get(url)  # signs the session in to the caches
    few = queries()
    types = DictType.objects.bulk_create(DictType(name=f"u{n}", code=f"u{n}") for n in range(198))
    kept = DictType.objects.filter(code__startswith="u")
    DictData.objects.bulk_create(DictData(type=t, label="x", value="x") for t in kept)
    assert queries() == few <= 2


@pytest.mark.usefixtures("colours")
def test_known_options_cost_no_query(admin: Any) -> None:
    admin.get(f"{ENTRIES}/type-codes/colours")
    with CaptureQueriesContext(connection) as seen:
        assert admin.get(f"{ENTRIES}/type-codes/colours").status_code == 200
    assert len(seen) == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_for_one_code_at_once_one_gets_a_conflict(
    make_user: Any, client_for: Any
) -> None:
    user = make_user(is_superuser=True)
    clients = [client_for(user), client_for(user)]
    gate = threading.Barrier(2, timeout=10)
    statuses: list[int] = []

    def send(client: Any) -> None:
        gate.wait()
        try:
            statuses.append(client.post(TYPES, {"name": "R", "code": "race"}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [200, 409]
