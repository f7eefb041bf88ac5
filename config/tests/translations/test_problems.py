"""Each way in which a catalogue can be wrong is told in one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from config.translations.catalogues import renewed, write
from config.translations.problems import problems
from config.translations.sources import Source

Make = Callable[..., Source]


@pytest.fixture
def make_source(tmp_path: Path) -> Make:
    def make(*texts: Any, of: str = "platform", **translated: str) -> Source:
        template = Catalog()
        for text in [*texts, *translated]:
            template.add(text)
        path = tmp_path / of / "django.po"
        source = Source(name=of, about="Texts.", locale="zh_Hans", path=path, template=template)
        old = Catalog(locale="zh_Hans")
        for text, string in translated.items():
            old.add(text, string)
        write(source, renewed(source, old))
        return source

    return make


def _translate(source: Source, text: Any, string: Any, flags: tuple[str, ...] = ()) -> None:
    old = Catalog(locale="zh_Hans")
    old.add(text, string, flags=flags)
    write(source, renewed(source, old))


def test_a_finished_catalogue_has_no_problem(make_source: Make) -> None:
    assert list(problems([make_source(name="名称")])) == []


def test_a_text_without_translation_is_named(make_source: Make) -> None:
    assert list(problems([make_source("open")])) == ["zh_Hans, platform: not translated: 'open'"]


def test_a_plural_without_translation_is_named(make_source: Make) -> None:
    source = make_source(("one row", "some rows"))
    assert list(problems([source])) == ["zh_Hans, platform: not translated: 'one row'"]


def test_a_guess_is_named(make_source: Make) -> None:
    source = make_source("open")
    _translate(source, "open", "打开", ("fuzzy",))
    assert list(problems([source])) == ["zh_Hans, platform: fuzzy: 'open'"]


@pytest.mark.parametrize(
    ("text", "string"),
    [
        ("Hello, %(name)s", "您好"),
        ("Hello, %(name)s", "您好 %(nam)s"),
        ("Hello, %(name)s", "您好 %(name)d"),
        ("{n} of {all}", "已选 {n}"),
        ("%s of %s", "第 %s 个"),
        ("100 %%", "百分之百"),
        ('<a href="{}">form</a>', '<a href="{}">表单'),
        (("one of %(n)s", "%(n)s rows"), ("行",)),
    ],
)
def test_a_lost_placeholder_is_named(make_source: Make, text: Any, string: Any) -> None:
    source = make_source(text)
    _translate(source, text, string)
    name = text if isinstance(text, str) else text[0]
    assert list(problems([source])) == [f"zh_Hans, platform: other placeholders: {name!r}"]


@pytest.mark.parametrize(
    ("text", "string"),
    [
        ("%(a)s of %(b)s", "%(b)s 中的 %(a)s"),
        (("One row", "%(n)s rows"), ("%(n)s 行",)),
        ("50% of it", "一半"),
    ],
)
def test_placeholders_may_change_places(make_source: Make, text: Any, string: Any) -> None:
    source = make_source(text)
    _translate(source, text, string)
    assert list(problems([source])) == []


def test_a_translation_that_nothing_uses_is_named(make_source: Make) -> None:
    source = make_source(name="名称", gone="没有了")
    del source.template["gone"]
    assert list(problems([source])) == [
        "zh_Hans, platform: obsolete: 'gone'",
        "zh_Hans, platform: django.po is stale",
        "zh_Hans, platform: django.mo is stale",
    ]


def test_a_compiled_file_older_than_its_text_is_named(make_source: Make) -> None:
    source = make_source(name="名称")
    source.path.write_text(source.path.read_text("utf-8").replace("名称", "名字"), "utf-8")
    assert list(problems([source])) == ["zh_Hans, platform: django.mo is stale"]


def test_a_missing_compiled_file_is_named(make_source: Make) -> None:
    source = make_source(name="名称")
    source.path.with_suffix(".mo").unlink()
    assert list(problems([source])) == ["zh_Hans, platform: django.mo is stale"]


def test_a_file_written_by_another_tool_is_named(make_source: Make) -> None:
    source = make_source(name="名称")
    with source.path.open("rb") as file:
        catalogue = read_po(file)
    with source.path.open("wb") as file:
        write_po(file, catalogue)
    assert list(problems([source])) == ["zh_Hans, platform: django.po is stale"]


def test_a_text_with_two_translations_is_named(make_source: Make) -> None:
    """Catalogues merge: of two translations one would never be seen."""
    found = list(problems([make_source(new="新的"), make_source(of="plugin x", new="新建")]))
    assert found == ["zh_Hans, plugin x: other than in platform: 'new'"]
    assert list(problems([make_source(new="新的"), make_source(of="plugin x", new="新的")])) == []
