from apps.core.menus import MenuEntry, declared_menus


def test_the_entries_of_every_app_are_found_once() -> None:
    names = [entry.name for entry in declared_menus()]
    assert {"Dashboard", "System", "SysDept", "SysUser", "SysRole", "SysMenu"} <= set(names)
    assert len(names) == len(set(names))


def test_the_lowest_floor_comes_first() -> None:
    names = [entry.name for entry in declared_menus()]
    assert names.index("SysDept") < names.index("SysRole") < names.index("SysUser")


def test_every_parent_is_declared() -> None:
    entries = list(declared_menus())
    assert {entry.parent for entry in entries} <= {None, *(entry.name for entry in entries)}


def test_a_page_owns_its_resource_and_those_beside_it() -> None:
    page = MenuEntry(name="A", title="A", label="a", resource="a:one", beside=("a:two",))
    assert page.resources == ("a:one", "a:two")
    assert MenuEntry(name="B", title="B", label="b").resources == ()
