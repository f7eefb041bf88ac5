"""What a dictionary code may look like; it is a part of a path and of cache keys."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

MAX_CODE = 32
CODE_PATTERN = rf"\w[\w.:-]{{0,{MAX_CODE - 1}}}"
valid_code = RegexValidator(
    rf"^{CODE_PATTERN}\Z",
    _("Only letters, digits and . : - _ are allowed."),
    code="dictionary_code",
)
