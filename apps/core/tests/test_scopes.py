from django.apps import apps

from apps.core.scopes import (
    DEPARTMENT,
    OWNER,
    Scoped,
    column_at,
    field_at,
    scoped_models,
    scoped_of,
)

User = apps.get_model("accounts.User")
Department = apps.get_model("organization.Department")
DictData = apps.get_model("dict.DictData")
SECRETS = {"password", "refresh_jti", "secret", "token"}


def test_models_are_found_by_the_names_of_the_wire() -> None:
    found = scoped_models()
    assert list(found) == sorted(found)
    assert found["Dept"] is Department
    assert found["User"] is User
    assert {"Role", "Menu", "Position", "DictType", "DictData"} <= found.keys()
    assert not {"DataScope", "DataRule", "Session"} & found.keys()


def test_a_column_stands_for_the_paths_that_the_model_declares() -> None:
    scoped = Scoped(name="X", columns={"status": "is_active"}, owner=("id", "made_by"))
    assert scoped.paths("status") == ("is_active",)
    assert scoped.paths(OWNER) == ("id", "made_by")
    assert scoped.paths(DEPARTMENT) == ()
    assert scoped.paths("is_active") == ()


def test_every_declared_path_leads_to_a_column_and_none_to_a_secret() -> None:
    for model in scoped_models().values():
        scoped: Scoped = model.scoped  # type: ignore[attr-defined] # which is why it is here
        for column in (*scoped.columns, DEPARTMENT, OWNER):
            for path in scoped.paths(column):
                assert column_at(model, path).concrete
                assert not SECRETS & set(path.split("__"))


def test_a_foreign_key_is_compared_by_what_it_points_to() -> None:
    assert field_at(User, "department_id").verbose_name == "department"
    assert column_at(User, "department_id") is Department._meta.pk
    assert column_at(DictData, "type__code").name == "code"
    assert column_at(User, "pk") is User._meta.pk


def test_a_model_that_says_nothing_is_not_scoped() -> None:
    assert scoped_of(User.roles.through) is None
