from celery import shared_task

from apps.scheduling.selectors.jobs import declared_jobs, job_misfit, job_named
from apps.scheduling.tests.factories import NAME, SILENT


@shared_task(name="tests.undeclared")
def undeclared() -> None:
    """Nobody may schedule it."""


def test_only_declared_jobs_are_there_each_one_once() -> None:
    names = [info.name for info in declared_jobs()]
    assert {NAME, SILENT} <= set(names)
    assert names == sorted(set(names))
    assert "celery.backend_cleanup" not in names
    assert "tests.undeclared" not in names


def test_a_job_tells_what_it_is() -> None:
    info = job_named(NAME)
    assert info is not None
    assert (info.label, info.queue, info.is_repeatable) == ("greet somebody", "slow", True)
    assert info.doc == "Greet somebody.\n\nOr shout at them."
    assert [parameter.name for parameter in info.parameters] == ["name", "times", "tone"]
    assert info.parameters[2].choices == ("kind", "gruff")


def test_what_is_no_declared_job_is_none() -> None:
    assert job_named("celery.backend_cleanup") is None
    assert job_named("tests.undeclared") is None
    assert job_named("") is None
    assert job_named("no.such") is None


def test_a_job_without_a_docstring_has_no_doc() -> None:
    info = job_named(SILENT)
    assert info is not None
    assert info.doc == ""


def test_arguments_that_do_not_fit_are_told_by_field() -> None:
    assert job_misfit(NAME, [], {"name": "Ann"}) is None
    assert job_misfit(NAME, ["Ann"], {"tone": "gruff"}) is None
    for args, kwargs, field in (
        ([], {}, "kwargs"),
        ([7], {}, "args"),
        (["Ann", 1, "kind", "more"], {}, "args"),
        (["Ann"], {"tone": "rude"}, "kwargs"),
        (["Ann"], {"name": "Bob"}, "kwargs"),
    ):
        fault = job_misfit(NAME, args, kwargs)
        assert fault is not None
        assert fault[0] == field
