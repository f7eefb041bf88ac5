"""What the templates of the console need of Python."""

import json
from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.core.console import named_cell

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """Return JSON text for a data attribute; the template escapes it."""
    return json.dumps(value)


@register.simple_tag
def person(username: str, nickname: str, pk: int) -> SafeString:
    """Return somebody's initials, nickname and user name."""
    return named_cell(nickname, username, pk)
