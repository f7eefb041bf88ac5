from datetime import datetime

from apps.scheduling.admin.widgets import DayInput, MomentInput, SecretInput, Textarea


def test_moments_and_days_are_written_as_the_browser_reads_them() -> None:
    moment = datetime(2030, 1, 31, 10, 0, 5)  # noqa: DTZ001 - as a form shows it
    assert 'value="2030-01-31T10:00:05"' in MomentInput().render("x", moment)
    assert 'value="2030-01-31"' in DayInput().render("x", moment.date())


def test_a_secret_is_not_shown_again() -> None:
    assert "geheim" not in SecretInput().render("x", "geheim")


def test_what_is_given_goes_before_what_is_usual() -> None:
    assert 'rows="7"' in Textarea(attrs={"rows": 7}).render("x", "")
