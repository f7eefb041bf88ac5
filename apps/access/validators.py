"""What a value must look like."""

import re

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

CODE = re.compile(r"[a-z0-9_]+(:[a-z0-9_]+)+")
"""What a permission code looks like: `sys:role:add`."""

# Whatever else a browser opens, `javascript:` above all, would run in the front end.
link_validator = RegexValidator(
    r"^(https?://|/)\S*\Z", _("Enter a link that begins with http://, https:// or /."), code="link"
)
