from typing import Any

import pytest
from django.utils import timezone

from apps.scheduling.models import Run
from apps.scheduling.tests.admin.conftest import REPORT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("report")]
PAGE = "/admin/scheduling/start/"


def test_the_declared_jobs_are_listed(console_with: Any) -> None:
    text = console_with("sys:task:exec").get(PAGE).content.decode()
    assert "&lt;i&gt;Report&lt;/i&gt;" in text
    assert "Make a &lt;b&gt;report" in text


def test_without_jobs_the_page_says_what_to_do(
    console_with: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.scheduling.admin.starting.declared_jobs", list)
    assert "No job is declared" in console_with("sys:task:exec").get(PAGE).content.decode()


def test_a_job_is_started_and_its_run_is_shown(console_with: Any, sent: list[Any]) -> None:
    browser = console_with("sys:task:exec", "sys:task:list")
    typed = {"arg_title": "T", "arg_size": "large", "arg_share": "0.5", "arg_is_loud": "false"}
    answer = browser.post(f"{PAGE}{REPORT}/", typed)
    run = Run.objects.get()
    assert answer["Location"] == f"/admin/scheduling/run/{run.pk}/change/"
    assert run.kwargs == {"title": "T", "size": "large", "share": 0.5, "is_loud": False}
    assert run.trigger == "person"
    assert sent == [run]


def test_what_the_job_does_not_take_is_said_and_kept(console_with: Any) -> None:
    browser = console_with("sys:task:exec")
    typed = {"arg_title": "<b>T", "arg_options": "[1]", "arg_columns": "{"}
    text = browser.post(f"{PAGE}{REPORT}/", typed).content.decode()
    assert "This is no JSON" in text
    assert 'value="&lt;b&gt;T"' in text
    typed |= {"arg_columns": ""}
    assert "takes an object" in browser.post(f"{PAGE}{REPORT}/", typed).content.decode()
    assert not Run.objects.exists()


def test_only_declared_jobs_start_and_only_by_those_who_may(console_with: Any) -> None:
    assert console_with("sys:task:exec").get(f"{PAGE}os.system/").status_code == 404
    for path in (PAGE, f"{PAGE}{REPORT}/"):
        assert console_with("sys:task:list").get(path).status_code == 403


def test_a_run_is_repeated_without_its_secrets(console_with: Any) -> None:
    run = Run.objects.create(
        task_id="masked",
        name=REPORT,
        kwargs={"title": "******", "copies": 7},
        queued_at=timezone.now(),
    )
    browser = console_with("sys:task:exec", "sys:task:list")
    answer = browser.get(f"/admin/scheduling/run/{run.pk}/again/", follow=True)
    text = answer.content.decode()
    assert "Secrets are not kept" in text
    assert 'value="7"' in text
    assert "******" not in text
    other = browser.get(f"{PAGE}{REPORT}/?run=x").content.decode()
    assert 'value="7"' not in other
