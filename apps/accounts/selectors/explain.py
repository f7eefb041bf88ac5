"""Whether a user may do something to a row, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model

from apps.access.selectors import grants_of
from apps.access.selectors.reasons import CodeReason, RowReason, why_code, why_row
from apps.accounts.models import User
from apps.accounts.selectors.principals import PROBLEMS, problem_of
from apps.core.errors import NotFoundError
from apps.core.scopes import scoped_models
from apps.core.visibility import Act, visible_to


@dataclass(frozen=True)
class Explanation:
    """The answer, and what it follows from."""

    may: bool
    problem: str
    code: CodeReason
    row: RowReason | None


def explain(*, user: User, code: str, row: Model | None = None) -> Explanation:
    """Return whether a user may do what a code allows, at all or to one row, and why."""
    found = problem_of(user, all_roles_disabled=grants_of(user.pk).are_all_disabled)
    held = why_code(user=user, code=code)
    seen = why_row(user=user, row=row, act=_act_of(code)) if row is not None else None
    return Explanation(
        may=not found and held.is_held and (seen is None or seen.is_seen),
        problem=str(PROBLEMS[found].message) if found else "",
        code=held,
        row=seen,
    )


def _act_of(code: str) -> Act:
    """Return what the verb at the end of a code does to a row."""
    verb = code.rpartition(":")[2]
    return {"list": Act.VIEW, "explain": Act.VIEW, "del": Act.DELETE}.get(verb, Act.CHANGE)


def row_named(text: str, *, asker: User) -> Model:
    """Return the row that `Model:pk` names, the model as data rules name it.

    Raises:
        NotFoundError: No such model or row, or none that the asker may see.
    """
    name, _colon, pk = text.partition(":")
    model = scoped_models().get(name)
    if model is None or not pk.isascii() or not pk.isdigit():
        raise NotFoundError
    found = visible_to(model._default_manager.all(), asker).filter(pk=int(pk)).first()
    if found is None:
        raise NotFoundError
    return found
