"""What a value must look like."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

phone_validator = RegexValidator(
    r"^1[3-9]\d{9}\Z", _("Enter a mobile number of 11 digits."), code="phone"
)
"""Source: contract, 1.2."""
