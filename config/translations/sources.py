"""What there is to translate, and in which file each translation belongs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations, find, translation
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django import conf
from django.apps import apps
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from config.env import BASE_DIR

Key = tuple[str, str]
"""Context and text (of a plural the first form): what gettext finds a translation by."""

SPELLINGS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
KEYWORDS = {
    f"{name}{suffix}": arguments
    for suffix in ("", "_lazy", "_noop")
    for name, arguments in SPELLINGS.items()
} | dict.fromkeys(("_", "_lazy"))
"""What a call that names a text is called, and which of its arguments do."""

COMMENT = "Translators:"
SKIPPED = {"tests", "testing", "migrations", "locale", "static", "contrib", "node_modules"}
"""Folders without texts of ours; apps in `contrib` of a package are packages of their own."""

TEMPLATES = {".html", ".txt"}
OURS = {"config", "apps", "plugins"}


@dataclass(frozen=True)
class Source:
    """The texts of one catalogue.

    Attributes:
        name: For people.
        about: What its head says.
        locale: The language, as gettext spells it.
        path: The `.po` file.
        template: The texts, not translated.
    """

    name: str
    about: str
    locale: str
    path: Path
    template: Catalog


def locales() -> list[str]:
    """Return the languages that need catalogues: all but English, which the code is written in."""
    codes = [code for code, _name in settings.LANGUAGES]
    return [to_locale(code) for code in codes if code.partition("-")[0] != "en"]


def sources(locale: str) -> list[Source]:
    """Return the texts of the platform, of each plugin, and of packages that lack a catalogue."""
    platform = Source(
        name="platform",
        about="The texts of the platform.",
        locale=locale,
        path=_file(BASE_DIR / "config", locale),
        template=collected([BASE_DIR / "config", BASE_DIR / "apps", BASE_DIR / "templates"]),
    )
    plugins = [
        Source(
            name=f"plugin {folder.name}",
            about=f"The texts of the plugin {folder.name}.",
            locale=locale,
            path=_file(folder, locale),
            template=collected([folder]),
        )
        for folder in sorted(path.parent for path in (BASE_DIR / "plugins").glob("*/plugin.toml"))
    ]
    path = _file(BASE_DIR / "apps" / "console", locale)
    foreign = Source(
        name="packages",
        about="Texts of packages that lack this language, and those that we say in other words.",
        locale=locale,
        path=path,
        template=_foreign(locale, platform.template, read(path, locale)),
    )
    return [platform, *plugins, foreign]


def read(path: Path, locale: str) -> Catalog:
    """Return a catalogue as it is, empty where there is none."""
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def key_of(message: Message) -> Key:
    """Return what gettext finds a message by."""
    text = message.id if isinstance(message.id, str) else message.id[0]
    return message.context or "", text


def texts_of(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages without the head, which gettext keeps as the translation of nothing."""
    return (message for message in catalogue if message.id)


def _file(folder: Path, locale: str) -> Path:
    return folder / "locale" / locale / "LC_MESSAGES" / "django.po"


def collected(roots: list[Path]) -> Catalog:
    """Return the texts in the Python files and templates below some folders."""
    catalogue = Catalog()
    for root in roots:
        for text, comments, context in _texts(root):
            catalogue.add(text, auto_comments=comments, context=context)
    return catalogue


def _foreign(locale: str, platform: Catalog, old: Catalog) -> Catalog:
    """Return what installed packages show and have no translation of, or not the one we want.

    A text that is translated already stays only where the old catalogue has it: somebody has put
    it there. One that the platform uses too is left out, because ours goes first anyway.
    """
    packages = [
        config for config in apps.get_app_configs() if config.name.partition(".")[0] not in OURS
    ]
    known = _known([Path(config.path) for config in packages], locale)
    ours = {key_of(message) for message in texts_of(platform)}
    chosen = {key_of(message) for message in texts_of(old)}
    catalogue = Catalog()
    for config in packages:
        is_django = config.name.startswith("django.")  # it speaks every language that we do
        for text, _comments, context in _texts(Path(config.path)):
            key = (context or "", text if isinstance(text, str) else text[0])
            is_lacking = not is_django and not _has(known, key)
            if key not in ours and (is_lacking or key in chosen):
                catalogue.add(text, auto_comments=[config.name], context=context)
    return catalogue


class _Nothing(NullTranslations):
    """Stands at the end of a chain of catalogues and tells that none of them has a text."""

    def gettext(self, message: str) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""


def _known(folders: list[Path], locale: str) -> NullTranslations:
    chain: NullTranslations = _Nothing()
    for folder in [Path(conf.__file__).parent, *folders]:
        if find("django", str(folder / "locale"), [locale]):
            link = translation("django", str(folder / "locale"), [locale], class_=_Link)
            link.add_fallback(chain)
            chain = link
    return chain


class _Link(GNUTranslations):
    """A class of our own, because `translation()` keeps one object for each class and file."""


def _has(known: NullTranslations, key: Key) -> bool:
    context, text = key
    return bool(known.pgettext(context, text) if context else known.gettext(text))


def _texts(root: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    """Yield each text below a folder, with the notes for translators and its context."""
    for path in sorted(root.rglob("*")):
        if SKIPPED & set(path.relative_to(root).parts[:-1]):
            continue
        for _line, text, comments, context in extract(
            "python", BytesIO(_code(path)), keywords=KEYWORDS, comment_tags=[COMMENT]
        ):
            if text:
                yield text, comments, context


def _code(path: Path) -> bytes:
    """Return a file as Python, as far as its texts go."""
    if path.suffix == ".py":
        code = path.read_bytes()
        return code if b"gettext" in code else b""
    if path.suffix in TEMPLATES and "templates" in path.parts:
        # In brackets, because nobody indents a template as Python wants it.
        return f"({templatize(path.read_text('utf-8'))}\n)".encode()
    return b""
