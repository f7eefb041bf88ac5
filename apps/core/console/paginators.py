"""Pages of lists that only grow."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from apps.core.landmarks import Landmarks


class LandmarkPaginator(Paginator[Any]):
    """Cuts pages as `core.landmarks` does; a subclass names the tag that deletions end."""

    tag: ClassVar[str]

    @cached_property
    def landmarks(self) -> Landmarks:
        """Return the landmarks of the list."""
        rows: Any = self.object_list
        return Landmarks(rows, tag=self.tag)

    @cached_property
    def count(self) -> int:
        return self.landmarks.total

    def page(self, number: int | str) -> Page[Any]:
        valid = self.validate_number(number)
        start = (valid - 1) * self.per_page
        return Page(self.landmarks.page(start, self.per_page), valid, self)
