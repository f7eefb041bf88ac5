from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from plugins.dict.models import DictData, DictType

pytestmark = pytest.mark.django_db

TYPES = "admin:dict_dicttype_changelist"
TYPE = "admin:dict_dicttype_change"
ADD_TYPE = "admin:dict_dicttype_add"
ENTRIES = "admin:dict_dictdata_changelist"
ENTRY = "admin:dict_dictdata_change"
ADD_ENTRY = "admin:dict_dictdata_add"


@pytest.fixture
def colours() -> DictType:
    made = DictType.objects.create(name="Colours", code="colours")
    for number, label in enumerate(("red", "green"), start=1):
        DictData.objects.create(type=made, label=label, value=str(number), sort=number)
    return made


@pytest.fixture
def console(console_with: Any) -> Client:
    """Return somebody in the console who may do everything."""
    entered: Client = console_with(is_superuser=True)
    return entered


def _inline(*entries: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    """Return the form data of the entries below a dictionary."""
    data = {"entries-TOTAL_FORMS": len(entries), "entries-INITIAL_FORMS": initial}
    for number, entry in enumerate(entries):
        data |= {f"entries-{number}-{key}": value for key, value in entry.items()}
    return data


def test_the_list_of_dictionaries_is_searched_and_counts_entries(
    console: Client, colours: DictType
) -> None:
    DictType.objects.create(name="Sizes", code="sizes")
    page = console.get(reverse(TYPES), {"q": "colo"})
    assert page.status_code == 200
    (row,) = page.context["cl"].result_list
    assert (row, row.entry_count) == (colours, 2)


def test_the_list_of_entries_is_searched_and_filtered(console: Client, colours: DictType) -> None:
    DictData.objects.filter(label="red").update(is_active=False)
    for query, labels in (
        ({"q": "gre"}, ["green"]),
        ({"q": "colours"}, ["red", "green"]),
        ({"is_active__exact": "0"}, ["red"]),
        ({"type__id__exact": colours.pk}, ["red", "green"]),
    ):
        page = console.get(reverse(ENTRIES), query)
        assert [row.label for row in page.context["cl"].result_list] == labels, query


@pytest.mark.parametrize("name", [TYPES, ENTRIES])
def test_a_list_costs_the_same_for_two_rows_or_twenty(console: Client, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert console.get(reverse(name)).status_code == 200
        return len(seen)

    def fill(codes: list[str]) -> None:
        for code in codes:
            made = DictType.objects.create(name=code, code=code)
            DictData.objects.create(type=made, label="x", value="x")

    fill(["a", "b"])
    queries()
    few = queries()
    fill([f"c{number}" for number in range(18)])
    assert queries() == few


def test_a_dictionary_is_made_with_its_entries(console: Client) -> None:
    entry = {"label": "small", "value": "s", "sort": "1", "is_active": "on"}
    body = {"name": "Sizes", "code": "sizes", "remark": "", **_inline(entry)}
    assert console.post(reverse(ADD_TYPE), body).status_code == 302
    assert DictData.objects.get(type__code="sizes").label == "small"


def test_entries_are_changed_and_deleted_below_their_dictionary(
    console: Client, colours: DictType
) -> None:
    red, green = colours.entries.order_by("sort")
    base = {"type": colours.pk, "sort": "1", "is_active": "on"}
    body = {
        "name": "Hues",
        "code": "colours",
        **_inline(
            {**base, "id": red.pk, "label": "ruby", "value": "1"},
            {**base, "id": green.pk, "label": "green", "value": "2", "DELETE": "on"},
            initial=2,
        ),
    }
    assert console.post(reverse(TYPE, args=[colours.pk]), body).status_code == 302
    assert [entry.label for entry in colours.entries.all()] == ["ruby"]
    colours.refresh_from_db()
    assert colours.name == "Hues"


def test_a_taken_code_or_label_is_shown_in_the_form(console: Client, colours: DictType) -> None:
    body = {"name": "Again", "code": "colours", **_inline()}
    page = console.post(reverse(ADD_TYPE), body)
    assert page.status_code == 200
    assert "code" in page.context["adminform"].form.errors
    body = {"type": colours.pk, "label": "red", "value": "9", "sort": "1", "is_active": "on"}
    page = console.post(reverse(ADD_ENTRY), body)
    assert page.status_code == 200
    assert page.context["adminform"].form.errors


def test_the_label_of_another_entry_is_refused_below_a_dictionary(
    console: Client, colours: DictType
) -> None:
    entry = {"label": "red", "value": "9", "sort": "3", "is_active": "on"}
    body = {"name": "Colours", "code": "colours", **_inline({**entry, "type": colours.pk})}
    page = console.post(reverse(TYPE, args=[colours.pk]), body)
    assert page.status_code == 200
    assert colours.entries.count() == 2


def test_entries_are_switched_off_and_on_in_the_list(console: Client, colours: DictType) -> None:
    pks = list(colours.entries.values_list("pk", flat=True))
    body = {"action": "disable", "_selected_action": pks}
    assert console.post(reverse(ENTRIES), body).status_code == 200
    assert DictData.objects.offered("colours").count() == 2
    console.post(reverse(ENTRIES), {**body, "confirmed": "1"})
    assert not DictData.objects.offered("colours").exists()
    console.post(reverse(ENTRIES), {"action": "enable", "_selected_action": pks[:1]})
    assert DictData.objects.offered("colours").count() == 1


def test_a_dictionary_is_deleted_with_its_entries(console: Client, colours: DictType) -> None:
    url = reverse("admin:dict_dicttype_delete", args=[colours.pk])
    assert console.post(url, {"post": "yes"}).status_code == 302
    assert not DictData.objects.exists()


def test_pages_open_by_code_and_entries_by_their_own(console_with: Any, colours: DictType) -> None:
    reader = console_with("dict:type:list")
    assert reader.get(reverse(TYPES)).status_code == 200
    assert reader.get(reverse(ENTRIES)).status_code == 403
    assert reader.get(reverse(ADD_TYPE)).status_code == 403
    page = reader.get(reverse(TYPE, args=[colours.pk]))
    assert page.status_code == 200
    assert page.context["inline_admin_formsets"] == []
    entry = colours.entries.get(label="red")
    assert reader.get(reverse(ENTRY, args=[entry.pk])).status_code == 403


def test_who_may_not_delete_entries_cannot_do_so_below_their_dictionary(
    console_with: Any, colours: DictType
) -> None:
    codes = ("dict:type:list", "dict:type:edit", "dict:data:list", "dict:data:edit")
    editor = console_with(*codes)
    red = colours.entries.get(label="red")
    entry = {"id": red.pk, "type": colours.pk, "label": "red", "value": "1", "sort": "1"}
    body = {"name": "C", "code": "colours", **_inline({**entry, "DELETE": "on"}, initial=1)}
    editor.post(reverse(TYPE, args=[colours.pk]), body)
    assert colours.entries.filter(pk=red.pk).exists()
