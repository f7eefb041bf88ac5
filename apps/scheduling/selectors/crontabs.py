"""Crontabs: read as Celery reads them, and said in words."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import tzinfo

from celery import current_app
from celery.schedules import ParseException, crontab, crontab_parser
from cron_descriptor import CasingTypeEnum, ExpressionDescriptor, Options
from cron_descriptor.Exception import FormatException
from django.utils import timezone, translation
from django.utils.dates import MONTHS, WEEKDAYS
from django_celery_beat.tzcrontab import TzAwareCrontab

from apps.scheduling.constants import CRON_FIELDS

SPANS: Mapping[str, tuple[int, int]] = {
    "minute": (60, 0),
    "hour": (24, 0),
    "day_of_month": (31, 1),
    "month_of_year": (12, 1),
    "day_of_week": (7, 0),
}
"""How many values each field can have, and the least of them."""

PART = r"(?:\*|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)?)(?:/[0-9]+)?"
FIELD = re.compile(f"{PART}(?:,{PART})*")
"""Celery takes digits of other scripts, too, and overlooks what follows a range or a step."""

ENGLISH_DAYS = tuple(calendar.day_name)
ENGLISH_MONTHS = tuple(calendar.month_name)[1:]


def crontab_of(text: str, zone: tzinfo | None = None) -> crontab:
    """Return the times of five fields: minute, hour, day of month, month, day of week.

    Args:
        text: The fields.
        zone: Whose clock shows them; that of the site by default.

    Raises:
        ValueError: They are not five, one cannot be read, or no year has such a day.
    """
    columns = cron_columns(text)
    if unread_field(columns) is not None:
        raise ValueError(text)
    zone = zone or timezone.get_default_timezone()
    found: crontab = TzAwareCrontab(**columns, tz=zone, app=current_app)
    return found


def cron_columns(text: str) -> dict[str, str]:
    """Return the fields by the name of their column.

    Raises:
        ValueError: They are not five.
    """
    return dict(zip(CRON_FIELDS, text.split(), strict=True))


def unread_field(columns: Mapping[str, str]) -> str | None:
    """Return the first column with a field that cannot be read; None if all can."""
    for name, field in columns.items():
        try:
            field_values(name, field)
        except ValueError:
            return name
    return None


def field_values(name: str, field: str) -> list[int]:
    """Return what one field stands for, in order; what wraps begins where it says.

    Args:
        name: Its column, one of `CRON_FIELDS`.
        field: Its text.

    Raises:
        ValueError: It cannot be read.
    """
    if not FIELD.fullmatch(field):
        raise ValueError(field)
    parser = crontab_parser(*SPANS[name])
    try:
        found = parser.parse(field)
        first = min(parser.parse(re.split("[-/,]", field)[0]))
    except ParseException as error:
        raise ValueError(field) from error
    is_one = "," not in field
    return sorted(found, key=lambda value: (is_one and value < first, value))


def cron_text(text: str, language: str) -> str:
    """Return a crontab in words; as it is where it cannot be read.

    Args:
        text: Five fields.
        language: `en` or `zh-hans`; any other is answered in English.
    """
    is_chinese = language.lower().startswith("zh")
    options = Options()
    options.locale_code = "zh_CN" if is_chinese else "en_US"
    options.use_24hour_time_format = True
    options.casing_type = CasingTypeEnum.Sentence
    try:
        crontab_of(text)
        plain = " ".join(_plain(cron_columns(text)))
        said = str(ExpressionDescriptor(plain, options).get_description())
    except (FormatException, ValueError, LookupError):
        return text
    return _with_names(said) if is_chinese else said


def _plain(columns: Mapping[str, str]) -> Iterator[str]:
    """Yield the fields; those that the library words wrongly as lists of what they stand for."""
    for name, field in columns.items():
        if not _is_misread(name, field, columns["minute"]):
            yield field
            continue
        values = field_values(name, field)
        is_all = len(values) == SPANS[name][0]
        yield "*" if is_all else ",".join(map(str, values))


def _is_misread(name: str, field: str, minute: str) -> bool:
    """Tell whether the library, which never looks at the values, has wrong words for a field."""
    if "/" in field:
        return not _is_even(name, field)
    if name == "hour":
        # It says nothing of the full hour, and takes a part of a list for minutes, too; a range
        # alone is right also where it wraps.
        return "-" in field and ("," in field or field_values("minute", minute) == [0])
    return "-" in field and _wraps(name, field)


def _is_even(name: str, field: str) -> bool:
    """Tell whether the steps of a field are as long where it ends as they are within."""
    if "," in field:
        return False
    span, _, text = field.partition("/")
    size, step = SPANS[name][0], int(text)
    if span == "*":
        return size % step == 0 and step < size
    values = field_values(name, span)
    return not _wraps(name, span) and (len(values) - 1) % step == 0 and step < len(values)


def _wraps(name: str, field: str) -> bool:
    values = [field_values(name, part) for part in field.split(",")]
    return any(part != sorted(part) for part in values)


def _with_names(text: str) -> str:
    """Name days and months in Chinese, which the library takes from the machine's locale."""
    names = [
        *zip(ENGLISH_DAYS, WEEKDAYS.values(), strict=True),
        *zip(ENGLISH_MONTHS, MONTHS.values(), strict=True),
    ]
    with translation.override("zh-hans"):
        known = {english: str(name) for english, name in names}
    return re.sub(r"[A-Z][a-z]+", lambda found: known.get(found[0], found[0]), text)
