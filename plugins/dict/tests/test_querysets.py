import pytest

from plugins.dict.models import DictData, DictType


@pytest.mark.django_db
def test_offered_keeps_the_active_entries_of_one_code_highest_order_first() -> None:
    colours = DictType.objects.create(name="Colours", code="colours")
    other = DictType.objects.create(name="Other", code="other")
    for label, sort, is_active in (("a", 1, True), ("b", 3, True), ("c", 2, False), ("d", 3, True)):
        DictData.objects.create(
            type=colours, label=label, value=label, sort=sort, is_active=is_active
        )
    DictData.objects.create(type=other, label="e", value="e", sort=9)
    assert [entry.label for entry in DictData.objects.offered("colours")] == ["d", "b", "a"]
