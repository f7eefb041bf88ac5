import pytest
from django.core.management import call_command

from apps.access.models import DataRule, DataScope, Role
from apps.access.seeds import seed
from apps.access.selectors import codes_of_roles
from apps.access.services.rules import rule_check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _menus(db: None) -> None:
    call_command("sync_menus", verbosity=0)


def test_the_first_start_makes_scopes_and_no_role() -> None:
    seed(demo=False)
    assert DataScope.objects.count() == DataRule.objects.count() == 8
    assert all(scope.rules.exists() for scope in DataScope.objects.all())
    assert not Role.objects.exists()


def test_every_rule_of_the_first_start_can_be_evaluated() -> None:
    seed(demo=False)
    for rule in DataRule.objects.all():
        rule_check(rule=rule)


def test_later_starts_change_nothing() -> None:
    seed(demo=True)
    role = Role.objects.get(remark="demo:user")
    role.menus.clear()
    Role.objects.filter(pk=role.pk).update(name="renamed")
    DataScope.objects.all()[:1].get().delete()
    seed(demo=True)
    assert DataScope.objects.count() == 7
    assert Role.objects.count() == 2
    assert not role.menus.exists()


def test_the_roles_of_the_demo_open_what_they_should() -> None:
    Role.objects.create(name="Operator")
    seed(demo=True)
    operator = Role.objects.get(remark="demo:operator")
    member = Role.objects.get(remark="demo:user")
    codes = codes_of_roles([operator.pk])
    assert {"sys:dept:add", "sys:position:del", "sys:user:list", "sys:role:list"} <= codes
    assert not codes & {"sys:role:add", "sys:user:add", "sys:menu:edit"}
    assert codes_of_roles([member.pk]) == frozenset()
    assert set(member.menus.values_list("name", flat=True)) == {
        "Dashboard",
        "Analytics",
        "Workspace",
        "Profile",
    }
    assert operator.menus.filter(name="System").exists()
    assert (operator.is_scoped, member.is_scoped) == (False, True)
    assert operator.scopes.get().name == "Own department and those below"
    assert member.scopes.get().name == "Own rows only"
