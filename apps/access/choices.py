"""The words of menus and data rules; the numbers are the wire's."""

from django.db.models import IntegerChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.menus import MenuKind as Kind
from apps.core.visibility import Act


class MenuKind(IntegerChoices):
    """What a row of the menu tree is. Source: contract, 4.1."""

    DIRECTORY = int(Kind.DIRECTORY), _("directory")
    PAGE = int(Kind.PAGE), _("page")
    BUTTON = int(Kind.BUTTON), _("button")
    EMBEDDED = int(Kind.EMBEDDED), _("embedded page")
    LINK = int(Kind.LINK), _("external link")


class Operator(IntegerChoices):
    """How a rule joins the other rules. Source: contract, 4.4."""

    AND = 0, pgettext_lazy("between two rules", "and")
    OR = 1, pgettext_lazy("between two rules", "or")


class Expression(IntegerChoices):
    """How a rule compares a column with its value. Source: contract, 4.4."""

    EQUAL = 0, _("equal")
    NOT_EQUAL = 1, _("not equal")
    GREATER = 2, _("greater")
    GREATER_OR_EQUAL = 3, _("greater or equal")
    LESS = 4, _("less")
    LESS_OR_EQUAL = 5, _("less or equal")
    IN = 6, _("in")
    NOT_IN = 7, _("not in")


LEVELS = {
    Act.VIEW: pgettext_lazy("what a row is shared for", "see it"),
    Act.CHANGE: pgettext_lazy("what a row is shared for", "see and change it"),
    Act.DELETE: pgettext_lazy("what a row is shared for", "see, change and delete it"),
}
"""What a row can be shared for; what may be done at all is decided by the permission codes."""

USER_VARIABLE = "${user_id}"
DEPARTMENT_VARIABLE = "${dept_id}"
DEPARTMENTS_VARIABLE = "${dept_and_below}"
NOW_VARIABLE = "${now}"
VARIABLES = {
    USER_VARIABLE: _("The id of the user who asks"),
    DEPARTMENT_VARIABLE: _("The id of that user's department"),
    DEPARTMENTS_VARIABLE: _("The ids of that user's department and of all below it; for “in”"),
    NOW_VARIABLE: _("The present moment"),
}
"""What a rule's value may stand for; filled in when rows are read."""
