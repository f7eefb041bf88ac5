from typing import Any

import pytest

from apps.monitor.selectors.database import database_sample

pytestmark = pytest.mark.django_db


def test_the_page_names_tables_and_what_is_not_told(console_with: Any) -> None:
    text = console_with("monitor:database:list").get("/admin/monitor/database/").content.decode()
    assert "Largest tables" in text
    largest = database_sample()["tables"][0]["name"]
    assert largest in text
