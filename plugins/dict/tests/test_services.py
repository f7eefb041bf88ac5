import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection

from apps.core.cached import cached
from apps.core.errors import DomainError
from plugins.dict.constants import DICTIONARIES
from plugins.dict.errors import DictCodeTakenError, DictLabelTakenError
from plugins.dict.models import DictData, DictType
from plugins.dict.services import (
    dict_data_delete,
    dict_data_save,
    dict_data_set_active,
    dict_type_save,
    dict_types_delete,
)

pytestmark = pytest.mark.django_db


def _type(code: str = "colours") -> DictType:
    return dict_type_save(dict_type=DictType(), name=code.title(), code=code)


def _entry(dict_type: DictType, label: str = "red") -> DictData:
    return dict_data_save(dict_data=DictData(), type=dict_type, label=label, value=label)


def test_a_code_belongs_to_one_dictionary() -> None:
    _type()
    with pytest.raises(DictCodeTakenError):
        _type()


def test_a_name_may_be_used_twice() -> None:
    _type("one")
    dict_type_save(dict_type=DictType(), name="One", code="two")
    assert DictType.objects.filter(name="One").count() == 2


def test_a_dictionary_keeps_its_own_code_when_it_is_saved_again() -> None:
    made = _type()
    dict_type_save(dict_type=made, name="Shades", code="colours")
    assert DictType.objects.get().name == "Shades"


def test_a_change_leaves_the_columns_that_nobody_named() -> None:
    made = dict_type_save(dict_type=DictType(), name="A", code="a", remark="kept")
    dict_type_save(dict_type=made, name="B")
    made.refresh_from_db()
    assert (made.name, made.code, made.remark) == ("B", "a", "kept")


def test_a_label_stands_once_in_a_dictionary_and_anywhere_in_others() -> None:
    first, second = _type("one"), _type("two")
    _entry(first)
    _entry(second)
    with pytest.raises(DictLabelTakenError):
        _entry(first)


def test_an_entry_cannot_move_to_a_dictionary_that_has_its_label() -> None:
    first, second = _type("one"), _type("two")
    moving = _entry(first)
    _entry(second)
    with pytest.raises(DictLabelTakenError):
        dict_data_save(dict_data=moving, type=second)


def test_a_dictionary_goes_with_its_entries_and_no_others() -> None:
    gone, kept = _type("gone"), _type("kept")
    _entry(gone)
    _entry(kept)
    dict_types_delete(dict_types=[gone])
    assert [entry.type for entry in DictData.objects.all()] == [kept]


def test_entries_are_deleted_alone() -> None:
    made = _type()
    gone, kept = _entry(made, "red"), _entry(made, "blue")
    dict_data_delete(dict_data=[gone])
    assert list(made.entries.all()) == [kept]


def test_entries_are_switched_together() -> None:
    made = _type()
    entries = [_entry(made, "red"), _entry(made, "blue")]
    dict_data_set_active(dict_data=entries, is_active=False)
    assert not DictData.objects.offered("colours").exists()
    dict_data_set_active(dict_data=entries[:1], is_active=True)
    assert [entry.label for entry in DictData.objects.offered("colours")] == ["red"]


@pytest.mark.parametrize(
    "change",
    [
        lambda made, _entry: dict_type_save(dict_type=made, code="shades"),
        lambda made, _entry: dict_types_delete(dict_types=[made]),
        lambda _made, entry: dict_data_save(dict_data=entry, label="green"),
        lambda _made, entry: dict_data_delete(dict_data=[entry]),
        lambda _made, entry: dict_data_set_active(dict_data=[entry], is_active=False),
        lambda made, _other: _entry(made, "new"),
    ],
    ids=["change type", "delete type", "change entry", "delete entry", "switch entry", "add entry"],
)
def test_every_change_ends_what_was_cached(change: Callable[[DictType, DictData], object]) -> None:
    made = _type()
    entry = _entry(made)
    reads: list[int] = []

    @cached("test:dict", tags=(DICTIONARIES,))
    def read() -> int:
        reads.append(1)
        return 1

    read()
    read()
    assert len(reads) == 1
    change(made, entry)
    read()
    assert len(reads) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_dictionaries_made_at_once_with_one_code_one_is_refused() -> None:
    gate = threading.Barrier(2, timeout=10)
    outcomes: list[str] = []

    def make() -> None:
        gate.wait()
        try:
            _type("race")
            outcomes.append("made")
        except (DomainError, IntegrityError):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["made", "refused"]
    assert DictType.objects.filter(code="race").count() == 1
