import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db
LIST = "/admin/organization/position/"
BIN = f"{LIST}bin/"
CODES = tuple(f"sys:position:{verb}" for verb in ("list", "del", "bin", "restore", "purge"))


def _model() -> Any:
    return apps.get_model("organization.Position")


def _position(name: str, **fields: Any) -> Any:
    return _model().objects.create(name=name, code=fields.pop("code", name), **fields)


def _binned(*names: str) -> list[Any]:
    rows = [_position(name) for name in names]
    for row in rows:
        row.move_to_bin()
    return rows


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def _said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_the_list_and_the_sidebar_lead_to_the_bin(console_with: Any) -> None:
    assert f'href="{BIN}"' in _text(console_with(*CODES).get(LIST))
    assert "Recycle bin" in _text(console_with(*CODES).get("/admin/"))
    browser = console_with("sys:position:list")
    assert BIN not in _text(browser.get(LIST))
    assert "Recycle bin" not in _text(browser.get("/admin/"))
    assert browser.get(BIN).status_code == 403


def test_deleting_says_where_the_row_goes(console_with: Any) -> None:
    row, browser = _position("cook"), console_with(*CODES)
    assert "go to the recycle bin" in _text(browser.get(f"{LIST}{row.pk}/delete/"))
    data = {"action": "delete_selected", "_selected_action": [row.pk]}
    assert "go to the recycle bin" in _text(browser.post(LIST, data))
    browser.post(f"{LIST}{row.pk}/delete/", {"post": "yes"})
    assert _model().bin.get().deleted_by == browser.user.username


def test_the_bin_shows_what_was_deleted_when_and_by_whom(console_with: Any) -> None:
    (row,) = _binned("cook")
    boss = console_with(*CODES).user
    _model()._base_manager.filter(pk=row.pk).update(deleted_by_id=boss.pk)
    page = _text(console_with(*CODES).get(BIN))
    assert "cook" in page
    assert boss.username in page
    assert "Kept for 30 days" in page
    assert "Position · 1" not in page
    assert "Positions · 1" in page


def test_a_bin_that_keeps_for_ever_says_so(console_with: Any, atrium: Any) -> None:
    atrium(bin_days=0)
    _binned("cook")
    assert "Kept until somebody" in _text(console_with(*CODES).get(BIN))


def test_an_empty_bin_says_what_it_is_for(console_with: Any) -> None:
    page = _text(console_with(*CODES).get(BIN))
    assert "This bin is empty." in page
    assert "Search in the bin" not in page


def test_the_bin_is_searched_and_paged_at_the_same_cost(console_with: Any) -> None:
    _binned(*(f"row {number}" for number in range(30)))
    _binned("cook")
    browser = console_with(*CODES)
    page = _text(browser.get(BIN, {"q": "COO"}))
    assert "cook" in page
    assert "row 3" not in page
    assert "Nothing matches." in _text(browser.get(BIN, {"q": "zzz"}))
    costs = []
    for number in (2, 1):
        with CaptureQueriesContext(connection) as queries:
            shown = browser.get(BIN, {"p": number}).context["page"]
        costs.append(len(queries))
        assert len(shown.object_list) == (25 if number == 1 else 6)
    assert costs[0] == costs[1]
    assert "Newer" in _text(browser.get(BIN, {"p": 2}))


def test_one_click_restores(console_with: Any) -> None:
    (row,) = _binned("cook")
    answer = console_with(*CODES).post(BIN, {"action": "restore", "row": row.pk}, follow=True)
    assert _said(answer) == ["cook is back."]
    assert _model().objects.get() == row


def test_a_taken_name_is_asked_for_anew_with_everything_that_was_there(console_with: Any) -> None:
    (row,) = _binned("cook")
    _position("cook", code="other")
    browser = console_with(*CODES)
    given = {"action": "restore", "row": row.pk}
    page = _text(browser.post(BIN, given))
    assert "Another position is called cook now." in page
    assert 'value="cook"' in page
    browser.post(BIN, {**given, "changed": "yes", "name": "", "code": "cook"})
    assert _model().objects.count() == 1
    browser.post(BIN, {**given, "changed": "yes", "name": "old cook", "code": "cook"})
    assert set(_model().objects.values_list("name", "code")) == {
        ("cook", "other"),
        ("old cook", "cook"),
    }


def test_what_is_refused_for_another_reason_stays_and_says_why(console_with: Any) -> None:
    role: Any = apps.get_model("access.Role").objects.create(name="all", is_scoped=False)
    role.menus.add(
        apps.get_model("access.Menu").objects.create(name="m", title="m", kind=2, perms="x:y:z")
    )
    role.move_to_bin()
    browser = console_with(*(f"sys:role:{verb}" for verb in ("list", "bin", "restore", "purge")))
    path = "/admin/access/role/bin/"
    for given in (
        {"action": "restore", "row": role.pk},
        {"action": "purge", "row": role.pk, "confirmed": "yes"},
    ):
        answer = browser.post(path, given, follow=True)
        assert "x:y:z" in _said(answer)[0]
    assert type(role).bin.get() == role


def test_a_purge_asks_first_and_names_what_is_lost(console_with: Any, user: Any) -> None:
    rows = _binned("cook", "clerk")
    user.positions.add(rows[0])
    user.move_to_bin()
    browser = console_with(*CODES)
    given = {"action": "purge", "row": [row.pk for row in rows]}
    page = _text(browser.post(BIN, given))
    assert "Delete 2 rows for good?" in page
    assert "(users: 1)" in page
    assert _model().bin.count() == 2
    answer = browser.post(BIN, {**given, "confirmed": "yes"}, follow=True)
    assert _said(answer) == ["2 rows are gone for good."]
    assert not _model()._base_manager.exists()


def test_a_bin_is_emptied_after_the_same_question(console_with: Any) -> None:
    rows = _binned("cook", "clerk")
    browser = console_with(*CODES)
    page = browser.post(BIN, {"action": "purge_all"})
    assert [row for row, _lost in page.context["rows"]] == rows
    assert _model().bin.count() == 2
    given = {"action": "purge_all", "confirmed": "yes", "until": page.context["until"]}
    (late,) = _binned("late")
    browser.post(BIN, given)
    assert _model().bin.get() == late
    for until in ("nonsense", "2026-02-31T00:00:00Z", ""):
        (row,) = _binned(f"row {until}"[:20])
        browser.post(BIN, {**given, "until": until})
        assert not _model()._base_manager.exists(), row


def test_of_many_rows_the_question_names_some_and_counts_the_rest(console_with: Any) -> None:
    _binned(*(f"row {number}" for number in range(103)))
    browser = console_with(*CODES)
    page = _text(browser.post(BIN, {"action": "purge_all"}))
    assert "Delete 103 rows for good?" in page
    assert "and 3 more" in page
    browser.post(BIN, {"action": "purge_all", "confirmed": "yes"})
    assert not _model()._base_manager.exists()


def test_what_something_still_needs_is_not_purged(
    console_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models import ProtectedError  # noqa: PLC0415 - only here

    (row,) = _binned("cook")

    def refuse(**_kwargs: Any) -> None:
        text = "held"
        raise ProtectedError(text, set())

    monkeypatch.setattr("apps.organization.services.positions_purge", refuse)
    given = {"action": "purge", "row": row.pk, "confirmed": "yes"}
    answer = console_with(*CODES).post(BIN, given, follow=True)
    assert _said(answer) == ["Other rows still depend on this one."]


@pytest.mark.parametrize("given", [{"row": "x"}, {}, {"row": 987654}])
def test_nothing_chosen_is_said(console_with: Any, given: dict[str, Any]) -> None:
    browser = console_with(*CODES)
    for action in ("restore", "purge"):
        answer = browser.post(BIN, {"action": action, **given}, follow=True)
        assert "Choose what is in the bin" in _said(answer)[0]


def test_each_thing_needs_its_code(console_with: Any) -> None:
    (row,) = _binned("cook")
    browser = console_with("sys:position:list", "sys:position:bin")
    page = _text(browser.get(BIN))
    assert "Restore" not in page
    assert "for good…" not in page
    for action in ("restore", "purge", "purge_all"):
        assert browser.post(BIN, {"action": action, "row": row.pk}).status_code == 403
    assert browser.post(BIN, {"action": "other"}).status_code == 404
