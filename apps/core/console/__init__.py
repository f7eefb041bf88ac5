"""What an app's `admin.py` builds its pages of."""

from apps.core.console.actions import SwitchMixin
from apps.core.console.boards import Board, page_context
from apps.core.console.cells import chips, named_cell, state_chip
from apps.core.console.pages import ConsoleModelAdmin, VisibleRelatedFilter, dialog_action
from apps.core.console.recycle import BinMixin
from apps.core.console.trees import TreeChoiceField, TreeModelAdmin

__all__ = [
    "BinMixin",
    "Board",
    "ConsoleModelAdmin",
    "SwitchMixin",
    "TreeChoiceField",
    "TreeModelAdmin",
    "VisibleRelatedFilter",
    "chips",
    "dialog_action",
    "named_cell",
    "page_context",
    "state_chip",
]
