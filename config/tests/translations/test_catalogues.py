"""Catalogues that are made anew, written and compiled."""

from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from config.translations.catalogues import mo, po, renewed, write
from config.translations.sources import Source

ROWS = ("%(n)s row", "%(n)s rows")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    template = Catalog()
    template.add("name")
    template.add("open", context="of a door")
    template.add(ROWS)
    return Source(
        name="platform",
        about="The texts.",
        locale="zh_Hans",
        path=tmp_path / "locale" / "django.po",
        template=template,
    )


def _old(**strings: str) -> Catalog:
    catalogue = Catalog(locale="zh_Hans")
    for text, string in strings.items():
        catalogue.add(text, string)
    return catalogue


def test_translations_in_use_are_kept_and_others_go(source: Source) -> None:
    new = renewed(source, _old(name="名称", gone="没有了"))
    kept = new.get("name")
    assert kept is not None
    assert kept.string == "名称"
    assert new.get("gone") is None
    assert new.get("open", "of a door") is not None


def test_a_text_that_became_a_plural_is_to_be_translated_again(source: Source) -> None:
    message = renewed(source, _old(**{ROWS[0]: "%(n)s 行"})).get(ROWS[0])
    assert message is not None
    assert (message.id, message.string) == (ROWS, ("",))


def test_the_text_form_names_no_date_no_tool_and_no_line(source: Source) -> None:
    assert po(renewed(source, _old(name="名称"))).decode() == (
        "# The texts.\n"
        'msgid ""\n'
        'msgstr ""\n'
        '"Language: zh_Hans\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;"\n'
        "\n"
        "#, python-format\n"
        'msgid "%(n)s row"\n'
        'msgid_plural "%(n)s rows"\n'
        'msgstr[0] ""\n'
        "\n"
        'msgid "name"\n'
        'msgstr "名称"\n'
        "\n"
        'msgctxt "of a door"\n'
        'msgid "open"\n'
        'msgstr ""\n'
        "\n"
    )


def test_what_is_not_done_is_shown_in_english(source: Source) -> None:
    old = _old(name="名称")
    old.add("open", "打开", flags=["fuzzy"], context="of a door")
    new = renewed(source, old)
    compiled = GNUTranslations(BytesIO(mo(new)))
    assert compiled.gettext("name") == "名称"
    assert compiled.pgettext("of a door", "open") == "open"
    assert compiled.ngettext(*ROWS, 2) == "%(n)s rows"


def test_a_plural_has_one_form_for_every_number(source: Source) -> None:
    old = _old()
    old.add(ROWS, ("%(n)s 行",))
    compiled = GNUTranslations(BytesIO(mo(renewed(source, old))))
    assert {compiled.ngettext(*ROWS, n) for n in (0, 1, 2, 11)} == {"%(n)s 行"}


def test_only_files_that_differ_are_written(source: Source) -> None:
    compiled = source.path.with_suffix(".mo")
    assert write(source, renewed(source, _old())) == [source.path, compiled]
    assert write(source, renewed(source, _old())) == []
    assert write(source, renewed(source, _old(name="名称"))) == [source.path, compiled]
