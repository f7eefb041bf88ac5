from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django_celery_beat.models import PeriodicTask

from apps.core.errors import InvalidInputError
from apps.core.jobs import QUICK, Job
from apps.core.masking import SEAL
from apps.core.sealing import is_sealed, seal
from apps.scheduling.models import Run
from apps.scheduling.services.arguments import arguments_of, arguments_reseal, sealed_column
from apps.scheduling.services.schedules import schedule_execute, schedule_update
from apps.scheduling.tests.factories import NAME, make_schedule
from apps.scheduling.tests.sample import echo, job_of

pytestmark = pytest.mark.django_db
ECHO = str(echo.name)
OLD = "an-older-key-that-signed-and-sealed-until-somebody-rotated-it"
HIDDEN = "******"


@pytest.fixture(autouse=True)
def _declared() -> None:
    job_of(echo)


@pytest.fixture
def loose() -> Iterator[Any]:
    """A job that takes whatever it is given by name."""

    def take(word: str = "", **others: Any) -> None:
        """Take it."""

    yield current_app.task(
        base=Job, name="tests.loose", label="loose", lane=QUICK, shared=False, lazy=False
    )(take)
    current_app.tasks.pop("tests.loose", None)


def _made(**values: Any) -> PeriodicTask:
    return make_schedule(task=ECHO, **{"kwargs": {"word": "hi", "password": "hunter2"}} | values)


def _taken(schedule: PeriodicTask, column: str = "kwargs") -> Any:
    schedule.refresh_from_db()
    assert "hunter2" not in schedule.args + schedule.kwargs
    return arguments_of(schedule, column)


def test_a_secret_is_sealed_where_it_is_kept_and_open_for_its_job() -> None:
    made = _made()
    assert _taken(made) == {"word": "hi", "password": "hunter2"}
    assert is_sealed(json.loads(made.kwargs)["password"])


def test_a_secret_by_position_is_one_by_the_name_that_the_job_has_for_it() -> None:
    made = _made(args=["hi", "hunter2"], kwargs={})
    assert _taken(made, "args") == ["hi", "hunter2"]
    assert sealed_column(ECHO, "args", ["hi"]) == ["hi"]


def test_where_the_mask_comes_back_what_is_kept_stays() -> None:
    made = _made()
    schedule_update(schedule=made, kwargs={"word": "ho", "password": HIDDEN})
    assert _taken(made) == {"word": "ho", "password": "hunter2"}
    schedule_update(schedule=made, kwargs={"word": "ho", "password": "other"})
    assert _taken(made)["password"] == "other"
    schedule_update(schedule=made, kwargs={"word": "ho"})
    assert _taken(made) == {"word": "ho"}


def test_a_mask_by_name_stands_also_for_what_is_kept_by_position() -> None:
    made = _made(args=["hi", "hunter2"], kwargs={})
    schedule_update(schedule=made, args=["ho", HIDDEN])
    assert _taken(made, "args") == ["ho", "hunter2"]
    schedule_update(schedule=made, args=[], kwargs={"word": "hi", "password": HIDDEN})
    assert (_taken(made, "args"), _taken(made)) == ([], {"word": "hi", "password": "hunter2"})


def test_masks_deep_inside_and_inside_of_texts_stand_for_what_is_kept(loose: Any) -> None:
    whole = {
        "to": [{"name": "a", "token": "hunter2"}, {"name": "b", "token": "t2"}],
        "note": "password=xyz and so on",
    }
    made = make_schedule(task=loose.name, kwargs=whole)
    shown = {
        "to": [{"name": "A", "token": HIDDEN}, {"name": "b", "token": "t3"}],
        "note": f"password={HIDDEN} and so on",
    }
    schedule_update(schedule=made, kwargs=shown)
    assert _taken(made) == {
        "to": [{"name": "A", "token": "hunter2"}, {"name": "b", "token": "t3"}],
        "note": "password=xyz and so on",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"word": "hi", "token": HIDDEN},
        {"word": "hi", "deep": [{"password": HIDDEN}]},
        {"word": f"password={HIDDEN} and more"},
    ],
)
def test_a_mask_that_stands_for_nothing_is_refused(loose: Any, given: Any) -> None:
    made = make_schedule(task=loose.name, kwargs={"word": "password=abc and so on"})
    with pytest.raises(InvalidInputError, match="enter it anew") as caught:
        schedule_update(schedule=made, kwargs=given)
    assert caught.value.field == "kwargs"
    assert _taken(made) == {"word": "password=abc and so on"}


def test_a_new_schedule_takes_no_mask() -> None:
    for values in ({"args": ["hi", HIDDEN], "kwargs": {}}, {"kwargs": {"password": HIDDEN}}):
        with pytest.raises(InvalidInputError, match="enter it anew"):
            _made(**values)


def test_what_is_kept_for_one_job_is_not_handed_to_another(loose: Any) -> None:
    made = _made()
    with pytest.raises(InvalidInputError, match="enter it anew"):
        schedule_update(schedule=made, task=loose.name, kwargs={"password": HIDDEN})


def test_with_another_job_alone_its_secrets_do_not_open_for_it(loose: Any) -> None:
    made = _made()
    with pytest.raises(InvalidInputError) as caught:
        schedule_update(schedule=made, task=loose.name)
    assert caught.value.field == "kwargs"


def test_nobody_can_hand_in_what_was_sealed() -> None:
    stolen = seal("x", purpose=ECHO)
    with pytest.raises(InvalidInputError):
        _made(kwargs={"word": stolen})
    with pytest.raises(InvalidInputError):
        _made(kwargs={"word": "hi", "password": stolen})
    _made(kwargs={"word": f'"{SEAL}":'})  # a text may say so


def test_a_run_gets_the_secret_and_its_message_does_not_show_it(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(
        "celery.app.task.Task.apply_async", lambda _self, *args, **given: told.append((args, given))
    )
    with django_capture_on_commit_callbacks(execute=True):
        run = schedule_execute(schedule=_made())
    assert run.kwargs == {"word": "hi", "password": HIDDEN}
    assert "hunter2" not in repr(told)
    (_args, kwargs), _options = told[0]
    assert job_of(echo).opened(kwargs) == {"word": "hi", "password": "hunter2"}


def test_what_no_key_opens_is_named_and_can_be_entered_anew(settings: Any) -> None:
    made = _made()
    settings.SECRET_KEY = OLD
    with pytest.raises(InvalidInputError, match="secret key") as caught:
        schedule_execute(schedule=made)
    assert caught.value.field == "kwargs"
    assert arguments_reseal() == 0
    assert not Run.objects.exists()
    schedule_update(schedule=made, kwargs={"word": "hi", "password": "hunter2"})
    assert _taken(made)["password"] == "hunter2"


def test_sealing_anew_seals_what_is_in_clear_and_what_a_former_key_sealed(settings: Any) -> None:
    settings.SECRET_KEY, newest = OLD, settings.SECRET_KEY
    by_old = _made()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = newest, [OLD]
    by_new, clear, broken = _made(), _made(), _made()
    rows = PeriodicTask.objects
    rows.filter(pk=clear.pk).update(args='["hi", "hunter2"]', kwargs='{"deep": {"token": "t"}}')
    rows.filter(pk=broken.pk).update(kwargs="{broken")
    plain = make_schedule(task=NAME, kwargs={"name": "Ann"})
    before = dict(rows.values_list("pk", "date_changed"))
    assert arguments_reseal() == 2
    settings.SECRET_KEY_FALLBACKS = []
    assert _taken(by_old) == _taken(by_new) == {"word": "hi", "password": "hunter2"}
    assert _taken(clear, "args") == ["hi", "hunter2"]
    assert is_sealed(json.loads(clear.kwargs)["deep"]["token"])
    plain.refresh_from_db()
    assert plain.kwargs == '{"name":"Ann"}'
    assert dict(rows.values_list("pk", "date_changed")) == before
    assert arguments_reseal() == 0


def test_arguments_are_read_or_named() -> None:
    made = make_schedule()
    assert (arguments_of(made, "args"), arguments_of(made, "kwargs")) == ([], {"name": "Ann"})
    made.args = "{}"
    with pytest.raises(InvalidInputError) as caught:
        arguments_of(made, "args")
    assert caught.value.field == "args"


def test_a_schedule_is_made_with_arguments_of_the_other_kind_named() -> None:
    with pytest.raises(InvalidInputError) as caught:
        _made(kwargs=[1])
    assert caught.value.field == "kwargs"
