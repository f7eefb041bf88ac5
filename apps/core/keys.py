"""The primary key of every table of ours: counted by the database, or made by us.

One column type and one set of migrations for both; the setting `ATRIUM_PK_MODE` decides.
"""

import os
from typing import Any

from django.conf import settings
from django.db import models

from apps.core.nodes import lease_node
from apps.core.snowflake import Snowflake

next_id: Snowflake = Snowflake(node=lambda: lease_node(on_loss=next_id.forget_node))
os.register_at_fork(after_in_child=next_id.forget_node)


def has_snowflakes() -> bool:
    """Tell whether ids are made by us."""
    return bool(settings.ATRIUM.pk_mode == "snowflake")


class PlatformAutoField(models.BigAutoField):  # type: ignore[type-arg] # no arguments at run time
    """A bigint key. With snowflakes the id is drawn when the row is saved, not before."""

    def has_default(self) -> bool:
        # True lets Model.save() insert at once instead of probing with an UPDATE first.
        return has_snowflakes() or super().has_default()

    def get_default(self) -> Any:
        return None if has_snowflakes() else super().get_default()

    def get_pk_value_on_save(self, instance: models.Model) -> Any:
        return next_id() if has_snowflakes() else super().get_pk_value_on_save(instance)
