import pytest

from plugins.dict.models import DictData, DictType
from plugins.dict.seeds import seed

pytestmark = pytest.mark.django_db

# Every code that a page asks for, with the values that it knows. Source: client, 3.
WANTED = {
    "sys_status": "0 1",
    "sys_choose": "false true",
    "sys_menu_type": "0 1 2 3 4",
    "sys_login_status": "0 1",
    "sys_data_rule_operator": "0 1",
    "sys_data_rule_expression": "0 1 2 3 4 5 6 7",
    "sys_frontend_config": "0 1",
    "task_strategy_type": "0 1",
    "task_period_type": "days hours minutes seconds microseconds",
    "notice": "0 1",
    "user_online_status": "0 1",
    "sys_plugin_type": "0 1",
}


def test_the_seed_makes_every_dictionary_that_the_pages_ask_for() -> None:
    seed(demo=False)
    assert list(DictType.objects.order_by("pk").values_list("code", flat=True)) == list(WANTED)
    for code, values in WANTED.items():
        entries = DictData.objects.filter(type__code=code)
        assert [entry.value for entry in entries] == values.split()
        assert [entry.sort for entry in entries] == list(range(1, len(entries) + 1))
        assert all(entry.is_active and entry.color and entry.remark for entry in entries)


def test_the_seed_spells_microseconds_right() -> None:
    seed(demo=False)
    assert DictData.objects.get(value="microseconds").label == "微秒"


def test_a_second_seed_does_nothing() -> None:
    seed(demo=False)
    seed(demo=True)
    assert (DictType.objects.count(), DictData.objects.count()) == (12, 36)


def test_the_seed_leaves_edited_and_deleted_entries_alone_and_brings_back_missing_types() -> None:
    seed(demo=False)
    DictData.objects.filter(type__code="sys_status", value="0").update(label="Off")
    DictData.objects.filter(type__code="sys_status", value="1").delete()
    DictType.objects.get(code="notice").delete()
    seed(demo=False)
    assert [e.label for e in DictData.objects.filter(type__code="sys_status")] == ["Off"]
    assert DictData.objects.filter(type__code="notice").count() == 2
