"""What is wrong with a catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from babel.messages.catalog import Catalog, Message

from config.translations.catalogues import mo, po, renewed, strings_of
from config.translations.sources import Key, Source, key_of, read, texts_of

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}|</?\w+[^>]*>|%%")
"""What code or a browser replaces: it must come out of a translation as it went in."""


def problems(sources: Sequence[Source]) -> Iterator[str]:
    """Yield each problem of the catalogues of a language, in one line that names the text."""
    catalogues = [read(source.path, source.locale) for source in sources]
    for source, old in zip(sources, catalogues, strict=True):
        for problem in _of_one(source, old):
            yield f"{source.locale}, {source.name}: {problem}"
    yield from _clashes(sources, catalogues)


def _of_one(source: Source, old: Catalog) -> Iterator[str]:
    new = renewed(source, old)
    wanted = {key_of(message) for message in texts_of(new)}
    for message in texts_of(new):
        if problem := _of_message(message):
            yield f"{problem}: {_shown(key_of(message))}"
    for message in [*texts_of(old), *old.obsolete.values()]:
        if key_of(message) not in wanted:
            yield f"obsolete: {_shown(key_of(message))}"
    for path, data in ((source.path, po(new)), (source.path.with_suffix(".mo"), mo(new))):
        if not path.exists() or path.read_bytes() != data:
            yield f"{path.name} is stale"


def _of_message(message: Message) -> str:
    """Return what is wrong with one translation, nothing if it is well."""
    strings = strings_of(message)
    if not all(strings):
        return "not translated"
    if message.fuzzy:
        return "fuzzy"
    # The plural has every placeholder; a singular may spell its number out.
    whole = message.id if isinstance(message.id, str) else message.id[-1]
    if any(_placeholders(string) != _placeholders(whole) for string in strings):
        return "other placeholders"
    return ""


def _clashes(sources: Iterable[Source], catalogues: Iterable[Catalog]) -> Iterator[str]:
    """Yield texts that have two translations: gettext knows one catalogue, and the first wins."""
    first: dict[Key, tuple[Source, tuple[str, ...]]] = {}
    for source, catalogue in zip(sources, catalogues, strict=True):
        for message in texts_of(catalogue):
            key, strings = key_of(message), strings_of(message)
            other, said = first.setdefault(key, (source, strings))
            if said != strings:
                yield f"{source.locale}, {source.name}: other than in {other.name}: {_shown(key)}"


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def _shown(key: Key) -> str:
    context, text = key
    return f"{text!r} ({context})" if context else repr(text)
