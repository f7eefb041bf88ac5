"""What clients can listen to, as declared by apps and plugins: `TOPICS` in a module `topics.py`.

`apps.realtime` serves them on the one socket. A topic either carries what somebody broadcasts to
its group, or is sampled: a function is called every few seconds for as long as anybody listens.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import module_has_submodule

from apps.core.guards import Access

GROUP = "topic."
"""How the names of the Channels groups of topics begin."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Something that goes on and that clients may follow.

    Attributes:
        name: Unique: `monitor.server`.
        label: What people call it.
        needs: The permission code that listening takes, or `Access.SIGNED_IN`.
        sample: Dotted path of a function that returns what is sent (JSON values), called in a
            thread; "" for a topic whose events are broadcast to its group.
        seconds: How often a sample is taken.
        model: The model whose rows the events tell of, `accounts.User`; each names one by `pk` and
            reaches whoever may see that row, no one else. "" where events tell of no row.
    """

    name: str
    label: str | Promise
    needs: str | Access
    sample: str = ""
    seconds: float = 2.0
    model: str = ""

    @property
    def group(self) -> str:
        """Return the name of the Channels group of whoever listens."""
        return f"{GROUP}{self.name}"


def declared_topics() -> Iterator[Topic]:
    """Yield the `TOPICS` of every installed app, lowest floor first, plugins last."""
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "topics"):
            module = import_module(f"{config.name}.topics")
            yield from getattr(module, "TOPICS", ())
