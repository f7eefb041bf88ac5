"""The files of a catalogue: read, brought up to date, written and compiled."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from config.translations.sources import Source, key_of, texts_of

WIDTH = 100


class QuietCatalog(Catalog):
    """A catalogue whose head has no date and no tool: made anew it is the same, byte for byte."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=UTF-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def renewed(source: Source, old: Catalog) -> Catalog:
    """Return the catalogue with the texts of today and, of the old translations, those in use."""
    new = QuietCatalog(locale=source.locale, header_comment=f"# {source.about}", fuzzy=False)
    known = {key_of(message): message for message in texts_of(old)}
    for message in texts_of(source.template):
        found = known.get(key_of(message))
        fits = found is not None and found.pluralizable == message.pluralizable
        new.add(
            message.id,
            found.string if found and fits else _blank(new, message),
            flags=found.flags if found and fits else (),
            auto_comments=sorted(message.auto_comments),
            user_comments=found.user_comments if found else (),
            context=message.context,
        )
    return new


def strings_of(message: Message) -> tuple[str, ...]:
    """Return the translation, of a plural all its forms."""
    string = message.string
    return (string or "",) if isinstance(string, str | None) else tuple(string)


def _blank(catalogue: Catalog, message: Message) -> str | tuple[str, ...]:
    return ("",) * catalogue.num_plurals if message.pluralizable else ""


def po(catalogue: Catalog) -> bytes:
    """Return the text of a `.po` file: sorted, without places, lines and dates."""
    file = BytesIO()
    write_po(file, catalogue, width=WIDTH, no_location=True, sort_output=True, ignore_obsolete=True)
    return file.getvalue()


def mo(catalogue: Catalog) -> bytes:
    """Return the bytes of a `.mo` file, which is what Django reads: what is done, and no more."""
    complete = QuietCatalog(locale=catalogue.locale, fuzzy=False)
    for message in texts_of(catalogue):
        if all(strings_of(message)) and not message.fuzzy:
            complete.add(message.id, message.string, context=message.context)
    file = BytesIO()
    write_mo(file, complete)
    return file.getvalue()


def write(source: Source, catalogue: Catalog) -> list[Path]:
    """Write the two files of a catalogue; return those that changed."""
    files = {source.path: po(catalogue), source.path.with_suffix(".mo"): mo(catalogue)}
    changed = [
        path for path, data in files.items() if not path.exists() or path.read_bytes() != data
    ]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(files[path])
    return changed
