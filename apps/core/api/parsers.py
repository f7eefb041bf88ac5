"""JSON bodies in, by orjson."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser


class MalformedBodyError(ParseError):
    """The body is not JSON."""


class BodyTooLargeError(APIException):
    """The body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body is too large.")
    default_code = "too_large"


class OrjsonParser(BaseParser):
    """Refuse what is not JSON with an error that names the place."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # DRF reads the socket itself, past Django's own limit.
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        body = stream.read(limit + 1) if limit else stream.read()
        if limit and len(body) > limit:
            raise BodyTooLargeError
        if not body.strip():
            return {}
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            where = {"line": error.lineno, "column": error.colno}
            text = _("The body is not valid JSON (line %(line)s, column %(column)s).") % where
            raise MalformedBodyError(text) from error
