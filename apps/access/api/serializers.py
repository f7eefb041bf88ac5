"""What roles and menus look like on the wire, and what may be said about them."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from apps.access.choices import Expression, MenuKind, Operator
from apps.access.selectors.shares import wire_name
from apps.access.validators import link_validator
from apps.core.api.bins import BinnedRow
from apps.core.api.fields import (
    ChangedTimeField,
    IdField,
    IsoTimeField,
    StatusField,
    TextField,
    WireTimeField,
)
from apps.core.api.rows import Computed, EmptyList, RowSerializer
from apps.core.api.trees import ChildrenField
from apps.core.visibility import Act

MAX_SORT = 2**31 - 1
MAX_TEXT = 2000
MAX_IDS = 5000


class RuleRow(RowSerializer):
    """A data rule."""

    name = serializers.CharField()
    model = serializers.CharField()
    column = serializers.CharField()
    operator = serializers.IntegerField()
    expression = serializers.IntegerField()
    value = serializers.CharField()
    id = IdField()
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class ScopeRow(RowSerializer):
    """A data scope; its rules have their own operation."""

    name = serializers.CharField()
    status = StatusField(source="is_active")
    id = IdField()
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)
    rules = EmptyList(RuleRow())


class ScopeOwnRow(RowSerializer):
    """A data scope by itself."""

    name = serializers.CharField()
    status = StatusField(source="is_active")
    id = IdField()
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class ScopeRulesRow(ScopeOwnRow):
    """A data scope with its rules."""

    rules = RuleRow(many=True)


class OfferRow(serializers.Serializer[Any]):
    """Something that a data rule can be made of."""

    key = serializers.CharField(help_text="What the rule is to hold.")
    comment = serializers.CharField(help_text="What people call it.")


class MenuRow(RowSerializer):
    """A menu entry; `perms` are its codes, comma-separated."""

    title = serializers.CharField()
    name = serializers.CharField()
    path = TextField(read_only=True)
    parent_id = IdField(allow_null=True)
    sort = serializers.IntegerField()
    icon = TextField(read_only=True)
    type = serializers.IntegerField(source="kind", min_value=0, max_value=4)
    component = TextField(read_only=True)
    perms = TextField(read_only=True)
    status = StatusField(source="is_active")
    display = StatusField(source="is_displayed")
    cache = StatusField(source="is_cached")
    link = TextField(read_only=True)
    remark = TextField(read_only=True)
    id = IdField()
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class MenuNode(MenuRow):
    """A menu entry in the tree; on a leaf `children` is null."""

    children = ChildrenField(allow_null=True)


class SidebarMeta(serializers.Serializer[Any]):
    """How the front end shows a page."""

    title = serializers.CharField(help_text="A translation key of the front end, or text.")
    icon = serializers.CharField(allow_null=True)
    iframeSrc = serializers.CharField(help_text="The link of an embedded page, else empty.")  # noqa: N815 - the wire's
    link = serializers.CharField(help_text="The link of an external link, else empty.")
    keepAlive = serializers.IntegerField(min_value=0, max_value=1)  # noqa: N815 - the wire's
    hideInMenu = serializers.BooleanField()  # noqa: N815 - the wire's
    menuVisibleWithForbidden = serializers.BooleanField()  # noqa: N815 - the wire's


class SidebarNode(serializers.Serializer[Any]):
    """A route of the front end; a leaf has no `children`."""

    id = IdField()
    name = serializers.CharField()
    path = serializers.CharField(allow_null=True)
    sort = serializers.IntegerField()
    type = serializers.IntegerField(min_value=0, max_value=4)
    component = serializers.CharField(allow_null=True)
    perms = serializers.CharField(allow_null=True)
    remark = serializers.CharField(allow_null=True)
    parent_id = IdField(allow_null=True)
    created_time = IsoTimeField()
    updated_time = IsoTimeField(allow_null=True)
    meta = SidebarMeta()
    children = ChildrenField()


class MenuWriteSerializer(serializers.Serializer[Any]):
    """What may be said about a menu entry."""

    title = serializers.CharField(max_length=64)
    name = serializers.CharField(max_length=64)
    path = TextField(max_length=200)
    parent_id = IdField(min_value=0, allow_null=True, required=False)
    sort = serializers.IntegerField(min_value=0, max_value=MAX_SORT, required=False)
    icon = TextField(max_length=128)
    type = serializers.ChoiceField(source="kind", choices=MenuKind.choices)
    component = TextField(max_length=256)
    perms = TextField(max_length=1000)
    status = StatusField(source="is_active")
    display = StatusField(source="is_displayed")
    cache = StatusField(source="is_cached")
    link = TextField(max_length=MAX_TEXT, validators=[link_validator])
    remark = TextField(max_length=MAX_TEXT)


class RoleRow(RowSerializer):
    """A role."""

    name = serializers.CharField()
    status = StatusField(source="is_active")
    is_filter_scopes = serializers.BooleanField(source="is_scoped")
    remark = TextField(read_only=True)
    id = IdField()
    created_time = WireTimeField(source="created_at")
    updated_time = ChangedTimeField(source="updated_at", allow_null=True)


class RoleDetailRow(RoleRow):
    """A role with what it holds."""

    menus = MenuRow(many=True)
    scopes = ScopeRow(many=True)


class BinnedRoleRow(RoleRow, BinnedRow):
    """A role in the bin."""


class RoleRestoreSerializer(serializers.Serializer[Any]):
    """What a role is to have when it is restored; what is not sent is as it was."""

    name = serializers.CharField(max_length=32, required=False)


class RoleWriteSerializer(serializers.Serializer[Any]):
    """What may be said about a role."""

    name = serializers.CharField(max_length=32)
    status = StatusField(source="is_active")
    is_filter_scopes = serializers.BooleanField(source="is_scoped", required=False)
    remark = TextField(max_length=MAX_TEXT)


class RoleMenusSerializer(serializers.Serializer[Any]):
    """The menu entries that a role shall hold."""

    menus = serializers.ListField(child=IdField(), max_length=MAX_IDS)


class RoleScopesSerializer(serializers.Serializer[Any]):
    """The data scopes that a role shall hold."""

    scopes = serializers.ListField(child=IdField(), max_length=MAX_IDS)


class RuleWriteSerializer(serializers.Serializer[Any]):
    """What may be said about a data rule."""

    name = serializers.CharField(max_length=255)
    model = serializers.CharField(max_length=64)
    column = serializers.CharField(max_length=64)
    operator = serializers.ChoiceField(choices=Operator.choices)
    expression = serializers.ChoiceField(choices=Expression.choices)
    value = serializers.CharField(max_length=256)


class ScopeWriteSerializer(serializers.Serializer[Any]):
    """What may be said about a data scope."""

    name = serializers.CharField(max_length=64)
    status = StatusField(source="is_active")


class ScopeRulesSerializer(serializers.Serializer[Any]):
    """The rules that a data scope shall have."""

    rules = serializers.ListField(child=IdField(), max_length=MAX_IDS)


class GrantUserRow(RowSerializer):
    """With whom a row is shared."""

    id = IdField()
    username = serializers.CharField()
    nickname = serializers.CharField()


class GrantRow(RowSerializer):
    """One row shared with one user."""

    id = IdField()
    user = GrantUserRow()
    model = Computed(
        "content_type__app_label",
        "content_type__model",
        make=wire_name,
        shape=serializers.CharField(help_text="As data rules name it."),
    )
    object = IdField(source="row_id", help_text="The id of the row.")
    level = Computed(
        "permission__codename",
        make=lambda codename: codename.partition("_")[0],
        shape=serializers.ChoiceField(choices=[str(act) for act in Act]),
    )
    expires_time = WireTimeField(source="expires_at", allow_null=True)
    is_expired = Computed(
        "expires_at",
        make=lambda moment: moment is not None and moment <= timezone.now(),
        shape=serializers.BooleanField(),
    )
    created_by = IdField(source="created_by_id", allow_null=True, help_text="Who shared it.")
    created_time = WireTimeField(source="created_at")


class GrantWriteSerializer(serializers.Serializer[Any]):
    """Which row to share, with whom, for what."""

    user = IdField()
    model = serializers.CharField(max_length=64, help_text="As data rules name it.")
    object = IdField(source="key", help_text="The id of the row.")
    level = serializers.ChoiceField(
        choices=[str(act) for act in Act],
        default=str(Act.VIEW),
        help_text="Each level includes the ones before it.",
    )
    expires_time = WireTimeField(source="expires_at", allow_null=True, required=False)


class PreviewQuerySerializer(serializers.Serializer[Any]):
    """For whom a data scope is tried."""

    user = IdField(required=False, help_text="The id of a user; whoever asks where it is absent.")


class PreviewRow(serializers.Serializer[Any]):
    """How many rows of a model a data scope shows."""

    model = serializers.CharField()
    comment = serializers.CharField()
    visible = serializers.IntegerField(help_text="The rows that it shows.")
    total = serializers.IntegerField(help_text="The rows that whoever asks may see.")
