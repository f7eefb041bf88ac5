from apps.console.templatetags.console import as_json, person


def test_data_for_a_plot_is_json() -> None:
    assert as_json([("Nov 1", 3)]) == '[["Nov 1", 3]]'


def test_a_person_is_shown_by_nickname_and_name_and_never_as_markup() -> None:
    shown = person("ann", "<b>Ann</b> Moor", 1)
    assert "&lt;b&gt;Ann&lt;/b&gt; Moor" in shown
    assert "<b>" not in shown
