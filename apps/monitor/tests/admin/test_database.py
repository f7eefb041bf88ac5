from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_the_page_names_tables_and_what_is_not_told(console_with: Any) -> None:
    text = console_with("monitor:database:list").get("/admin/monitor/database/").content.decode()
    assert "Largest tables" in text
    assert "django_migrations" in text
