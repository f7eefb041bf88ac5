"""JSON bodies in, by orjson."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class MalformedBodyError(ParseError):
    """The body is not JSON."""


class OrjsonParser(BaseParser):
    """Refuse what is not JSON with an error that names the place."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read()
        if not body.strip():
            return {}
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            where = {"line": error.lineno, "column": error.colno}
            text = _("The body is not valid JSON (line %(line)s, column %(column)s).") % where
            raise MalformedBodyError(text) from error
