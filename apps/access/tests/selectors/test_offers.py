from apps.access.selectors.offers import columns_of, models_offered


def test_all_models_come_first_and_scopes_are_not_offered() -> None:
    offered = models_offered()
    assert offered[0] == "__ALL__"
    assert {"Dept", "User", "Role", "Menu", "Position"} <= set(offered)
    assert not {"DataScope", "DataRule"} & set(offered)


def test_columns_have_the_names_of_the_wire_and_of_people() -> None:
    columns = columns_of("User")
    assert columns["status"] == "Active"
    assert columns["dept_id"] == "Department"
    assert list(columns)[-2:] == ["__dept_id__", "__created_by__"]
    assert not {"password", "id", "is_active", "created_time"} & columns.keys()


def test_all_models_share_the_template_columns_alone() -> None:
    assert list(columns_of("__ALL__")) == ["__dept_id__", "__created_by__"]


def test_a_column_that_a_model_has_not_is_not_offered() -> None:
    assert "__dept_id__" not in columns_of("Role")


def test_an_unknown_model_has_no_columns() -> None:
    assert columns_of("DataRule") == columns_of("Session") == columns_of("x") == {}
