from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.core.plugins import PluginConfig


class DictConfig(PluginConfig):
    name = "plugins.dict"
    label = "dict"
    verbose_name = _("dictionaries")
    base_url: ClassVar[str | None] = ""  # its routes are /api/v1/sys/dict-…, as the wire has them
