"""The first department, so that there is one to put people in."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from apps.organization.models import Department, Position
from apps.organization.services import department_create, position_create

HEAD_OFFICE = _("Head office")
DEMO_DEPARTMENTS = (_("Engineering"), _("Sales"), _("Human resources"))
DEMO_POSITIONS = (
    ("manager", _("Manager")),
    ("engineer", _("Engineer")),
    ("assistant", _("Assistant")),
)


@transaction.atomic
def seed(*, demo: bool) -> None:
    """Make the head office where there is no department at all, and for a demo some more."""
    if Department._base_manager.exists():  # in the bin, too
        return
    with translation.override(settings.LANGUAGE_CODE):
        head = department_create(name=str(HEAD_OFFICE))
        if demo:
            _make_demo(head)


def _make_demo(head: Department) -> None:
    for sort, name in enumerate(DEMO_DEPARTMENTS, start=1):
        department_create(name=str(name), parent=head, sort=sort)
    if not Position._base_manager.exists():
        for sort, (code, name) in enumerate(DEMO_POSITIONS, start=1):
            position_create(name=str(name), code=code, sort=sort)
