from apps.core.console.cells import EMPTY, HUES, chips, named_cell, state_chip


def test_chips_stand_side_by_side_and_are_never_markup() -> None:
    shown = chips(["one", "<b>two</b>"], tone="quiet")
    assert shown.count('<span class="at-chip at-chip-quiet">') == 2
    assert "&lt;b&gt;two&lt;/b&gt;" in shown


def test_no_names_are_a_dash() -> None:
    assert chips([]) == EMPTY


def test_a_state_is_said_in_a_word_and_not_by_colour_alone() -> None:
    assert state_chip(is_on=True) == '<span class="at-chip at-chip-good">active</span>'
    assert "run out" in state_chip(is_on=False, off="run out")


def test_initials_come_from_first_and_last_word_or_from_the_one_there_is() -> None:
    assert ">AM</span>" in named_cell("Ann van Moor", "ann", 1)
    assert ">An</span>" in named_cell("Ann", "ann", 1)
    assert ">bo</span>" in named_cell("", "bob", 1)


def test_a_row_keeps_its_colour() -> None:
    assert f"at-hue-{7 % HUES}" in named_cell("A", "a", 7)
