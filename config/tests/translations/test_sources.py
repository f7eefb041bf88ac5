"""What is collected, and what is left to packages."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.apps import apps

from config.env import BASE_DIR
from config.translations.sources import (
    Key,
    collected,
    key_of,
    locales,
    read,
    sources,
    texts_of,
)

CODE = """
from django.utils.translation import gettext as _, gettext_lazy as _lazy
from django.utils.translation import gettext_noop, ngettext, npgettext_lazy, pgettext
a = _("plain")
b = _lazy("of two " "pieces")
c = ngettext("%(n)s row", "%(n)s rows", 2)
d = pgettext("in a menu", "open")
e = npgettext_lazy("in a list", "one", "many")
f = gettext_noop("translated later")
# Translators: a colour
g = _("orange")
h = "no text"
i = _(a)
"""
TEMPLATE = """
      {% load i18n %}
  <p title="{% translate "a title" %}">{% translate 'open' context "of a door" %}</p>
{% blocktranslate trimmed with name=user.name %}
    Hello,
    {{ name }}
{% endblocktranslate %}
{% blocktranslate count n=rows %}{{ n }} thing{% plural %}{{ n }} things{% endblocktranslate %}
{% include "x.html" with label=_("a label") %}{{ value|default:_("nothing") }}
<p>it isn't code (at all</p>
"""


def _keys(catalogue: Catalog) -> set[Key]:
    return {key_of(message) for message in texts_of(catalogue)}


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_every_spelling_in_python_is_collected(tmp_path: Path) -> None:
    _put(tmp_path / "app" / "models.py", CODE)
    assert _keys(collected([tmp_path])) == {
        ("", "plain"),
        ("", "of two pieces"),
        ("", "%(n)s row"),
        ("in a menu", "open"),
        ("in a list", "one"),
        ("", "translated later"),
        ("", "orange"),
    }


def test_plurals_and_notes_for_translators_are_kept(tmp_path: Path) -> None:
    _put(tmp_path / "models.py", CODE)
    found = {key_of(message): message for message in texts_of(collected([tmp_path]))}
    assert found["", "%(n)s row"].id == ("%(n)s row", "%(n)s rows")
    assert found["", "orange"].auto_comments == ["Translators: a colour"]


def test_every_spelling_in_a_template_is_collected(tmp_path: Path) -> None:
    _put(tmp_path / "templates" / "page.html", TEMPLATE)
    assert _keys(collected([tmp_path])) == {
        ("", "a title"),
        ("of a door", "open"),
        ("", "Hello, %(name)s"),
        ("", "%(n)s thing"),
        ("", "a label"),
        ("", "nothing"),
    }


@pytest.mark.parametrize("folder", ["tests", "migrations", "static", "locale"])
def test_folders_without_texts_are_passed_over(tmp_path: Path, folder: str) -> None:
    _put(tmp_path / folder / "module.py", CODE)
    assert not _keys(collected([tmp_path]))


def test_every_language_but_english_needs_catalogues() -> None:
    assert locales() == ["zh_Hans"]


def test_each_plugin_carries_its_own_catalogue() -> None:
    found = {source.name: source for source in sources("zh_Hans")}
    plugin = found["plugin dict"]
    folder = BASE_DIR / "plugins" / "dict" / "locale" / "zh_Hans" / "LC_MESSAGES"
    assert plugin.path == folder / "django.po"
    text = ("", "There is no such dictionary.")
    assert text in _keys(plugin.template)
    assert text not in _keys(found["platform"].template)


def test_packages_bring_the_texts_that_they_cannot_say_themselves() -> None:
    platform, *_plugins, packages = sources("zh_Hans")
    found = {key_of(message): message.auto_comments for message in texts_of(packages.template)}
    assert found["", "Select record"] == ["unfold"]
    assert ("", "This field may not be null.") not in found  # DRF says it itself
    assert ("", "Enter a valid email address.") not in found  # and Django
    assert not found.keys() & _keys(platform.template)


def test_a_text_that_a_package_can_say_stays_where_somebody_chose_other_words() -> None:
    packages = sources("zh_Hans")[-1]
    admin = apps.get_app_config("admin")
    own = read(Path(admin.path, "locale/zh_Hans/LC_MESSAGES/django.po"), "zh_Hans")
    ours = read(packages.path, "zh_Hans")
    said = ours.get("Select %s to change")
    meant = own.get("Select %s to change")
    assert said is not None
    assert meant is not None
    assert said.string != meant.string
    assert ("", "Select %s to change") in _keys(packages.template)
    assert ("", "Recent actions") not in _keys(packages.template)


def test_where_there_is_no_catalogue_an_empty_one_is_read(tmp_path: Path) -> None:
    assert not _keys(read(tmp_path / "django.po", "zh_Hans"))
