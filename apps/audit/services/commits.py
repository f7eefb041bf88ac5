"""Have a last word in a transaction: what is written there stands or falls with the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections


@contextmanager
def around_commit(*, before: Callable[[], None], after: Callable[[], None]) -> Iterator[None]:
    """Call hooks right before and right after each commit of this thread, inside the block.

    Django tells about a commit only afterwards, when the process may be dead. Savepoints are no
    commits, so code that a test wraps in one transaction never gets here.

    Args:
        before: May write; a database error that it raises undoes the transaction.
        after: The transaction stands.
    """
    here = connections[DEFAULT_DB_ALIAS]
    commit = here.commit
    outer = vars(here).get("commit")

    def commit_between() -> None:
        before()
        commit()
        after()

    here.commit = commit_between  # type: ignore[method-assign] # for as long as the block lasts
    try:
        yield
    finally:
        if outer is None:
            del here.commit
        else:
            here.commit = outer  # type: ignore[method-assign] # what a block around this one set
