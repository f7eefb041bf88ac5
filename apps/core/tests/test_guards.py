import pytest

from apps.core.guards import Access, Guard

GUARD = Guard("sys:role", "roles", verbs={"set_menus": "menu:edit", "all": Access.SIGNED_IN})


@pytest.mark.parametrize(
    ("action", "need"),
    [
        ("list", "sys:role:list"),
        ("retrieve", "sys:role:list"),
        ("metadata", "sys:role:list"),
        ("create", "sys:role:add"),
        ("partial_update", "sys:role:edit"),
        ("destroy_many", "sys:role:del"),
        ("set_menus", "sys:role:menu:edit"),
        ("all", Access.SIGNED_IN),
        ("unheard_of", None),
    ],
)
def test_an_action_needs_what_was_said_of_it(action: str, need: str | Access | None) -> None:
    assert GUARD.need_of(action) == need


def test_what_a_guard_says_of_a_standard_action_goes_first() -> None:
    assert Guard("a:b", "b", verbs={"list": Access.PUBLIC}).need_of("list") is Access.PUBLIC
