"""What the wire says and hears about users and sign-in."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.access.api.serializers import MenuRow, RoleRow, ScopeRow
from apps.access.validators import CODE
from apps.accounts.models import User
from apps.accounts.selectors.sessions import is_online
from apps.core.api.bins import BinnedRow
from apps.core.api.fields import IdField, StatusField, TextField, WireTimeField
from apps.core.api.rows import Computed, EmptyList, RowSerializer
from apps.core.places import place_text
from apps.organization.api.serializers import DeptRow, PositionRow

PHONE = RegexValidator(r"^1[3-9]\d{9}$", _("Enter a mobile number of 11 digits."), code="phone")
MAX_PASSWORD = 128
"""Longest password that is looked at; hashing longer ones would only cost time."""


class PasswordField(serializers.CharField):
    """A password as typed: blanks count, and it is never shown."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"write_only": True, "trim_whitespace": False, "max_length": MAX_PASSWORD}
        kwargs.setdefault("style", {"input_type": "password"})
        super().__init__(**kwargs)


class UserBasicRow(RowSerializer):
    """A user without what hangs on them."""

    dept_id = IdField(source="department_id", allow_null=True)
    username = serializers.CharField()
    nickname = serializers.CharField()
    avatar = TextField(read_only=True)
    email = TextField(read_only=True)
    phone = TextField(read_only=True)
    id = IdField()
    uuid = serializers.UUIDField()
    status = StatusField(source="is_active")
    is_superuser = serializers.BooleanField()
    is_staff = serializers.BooleanField()
    is_multi_login = serializers.BooleanField()
    join_time = WireTimeField(source="joined_at")
    last_login_time = WireTimeField(source="last_login", allow_null=True)


class UserRoleRow(RoleRow):
    """A role in a user's row; what hangs on the role has its own operations."""

    menus = EmptyList(MenuRow())
    scopes = EmptyList(ScopeRow())


class UserRow(UserBasicRow):
    """A user in the list: with department and roles."""

    dept = DeptRow(source="department", allow_null=True)
    roles = UserRoleRow(many=True)


class UserDetailRow(UserRow):
    """A user alone: with positions too."""

    positions = PositionRow(many=True)


class BinnedUserRow(UserRow, BinnedRow):
    """A user in the bin."""


class ProfileRow(UserBasicRow):
    """The signed-in user, as they see themselves; department and roles by name."""

    dept = serializers.CharField(allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    must_change_password = serializers.BooleanField()


class _UserWriteSerializer(serializers.Serializer[User]):
    username = serializers.CharField(
        max_length=64, validators=User._meta.get_field("username").validators[:1]
    )
    email = serializers.EmailField(
        required=False, allow_null=True, allow_blank=True, max_length=254
    )
    phone = TextField(max_length=11, validators=[PHONE])
    roles = serializers.ListField(child=IdField(), max_length=200)
    positions = serializers.ListField(child=IdField(), max_length=200, required=False)

    def validate_email(self, value: str | None) -> str | None:
        """Return None for "none": the column is unique, and many have no address."""
        return value.lower() if value else None


class UserCreateSerializer(_UserWriteSerializer):
    """A new user."""

    password = PasswordField()
    nickname = TextField(max_length=64)
    dept_id = IdField()


class UserUpdateSerializer(_UserWriteSerializer):
    """Changes of a user; what is not sent stays."""

    nickname = serializers.CharField(max_length=64)
    avatar = serializers.URLField(max_length=256, required=False, allow_null=True, allow_blank=True)
    dept_id = IdField(required=False, allow_null=True)

    def validate_avatar(self, value: str | None) -> str:
        """Return "" for "none"."""
        return value or ""


class UserRestoreSerializer(serializers.Serializer[User]):
    """What a user is to have when restored; what is not sent is as it was."""

    username = serializers.CharField(
        max_length=64,
        required=False,
        validators=User._meta.get_field("username").validators[:1],
    )
    email = serializers.EmailField(
        required=False, allow_null=True, allow_blank=True, max_length=254
    )
    dept_id = IdField(required=False, allow_null=True)

    def validate_email(self, value: str | None) -> str | None:
        """Return None for "none"."""
        return value.lower() if value else None


class FlagQuerySerializer(serializers.Serializer[User]):
    """Which flag to invert."""

    type = serializers.ChoiceField(choices=["superuser", "staff", "status", "multi_login"])


class PasswordResetSerializer(serializers.Serializer[User]):
    """A new password for somebody else."""

    password = PasswordField()


class PasswordChangeSerializer(serializers.Serializer[User]):
    """A new password for oneself."""

    old_password = PasswordField()
    new_password = PasswordField()
    confirm_password = PasswordField()


class NicknameSerializer(serializers.Serializer[User]):
    nickname = serializers.CharField(max_length=64)


class AvatarSerializer(serializers.Serializer[User]):
    avatar = serializers.URLField(max_length=256)


class EmailChangeSerializer(serializers.Serializer[User]):
    """A new e-mail address and the code that was sent to it."""

    email = serializers.EmailField(max_length=254)
    captcha = serializers.CharField(max_length=16)


class _CaptchaAnswerSerializer(serializers.Serializer[Any]):
    uuid = TextField(max_length=64)
    captcha = TextField(max_length=16)


class SignInSerializer(_CaptchaAnswerSerializer):
    """User name, password and, where one is asked for, the captcha."""

    username = serializers.CharField(max_length=64)
    password = PasswordField()


class ExpiredPasswordSerializer(_CaptchaAnswerSerializer, PasswordChangeSerializer):
    """The way out for somebody whose password has expired or must be changed."""

    username = serializers.CharField(max_length=64)


class SwaggerQuerySerializer(serializers.Serializer[Any]):
    """The credentials of the sign-in for the API documents."""

    username = serializers.CharField(max_length=64)
    password = PasswordField()


class CaptchaQuerySerializer(serializers.Serializer[Any]):
    """Whether to ask with a picture or in words."""

    kind = serializers.ChoiceField(choices=["image", "question"], default="image")


class CaptchaRow(serializers.Serializer[Any]):
    """A captcha: `image` is base64 of a JPEG without prefix, `question` asks in words instead."""

    is_enabled = serializers.BooleanField()
    expire_seconds = serializers.IntegerField()
    uuid = serializers.CharField()
    image = serializers.CharField(allow_blank=True)
    question = serializers.CharField(allow_null=True)


class NewTokenRow(serializers.Serializer[Any]):
    """A fresh access token; the refresh token is in the cookie."""

    access_token = serializers.CharField()
    access_token_expire_time = WireTimeField()
    session_uuid = serializers.CharField()


class SignInRow(NewTokenRow):
    """What a sign-in answers."""

    password_expire_days_remaining = serializers.IntegerField(allow_null=True)
    user = UserBasicRow()


class SwaggerTokenRow(serializers.Serializer[Any]):
    """The bare token object that the API documents expect."""

    access_token = serializers.CharField()
    token_type = serializers.CharField()
    user = UserBasicRow()


class SessionRow(RowSerializer):
    """A session that is open; `id` is that of its user."""

    id = IdField(source="user_id")
    session_uuid = serializers.UUIDField(source="sid")
    username = serializers.CharField(source="user.username")
    nickname = serializers.CharField(source="user.nickname")
    ip = serializers.CharField(source="address", allow_null=True)
    os = serializers.CharField()
    browser = serializers.CharField()
    device = serializers.CharField()
    place = Computed("address", make=place_text, shape=serializers.CharField())
    status = Computed("active_at", make=is_online, shape=StatusField())
    last_login_time = WireTimeField(source="opened_at")
    last_active_time = WireTimeField(source="active_at")
    expire_time = WireTimeField(source="expires_at")


class DeviceRow(SessionRow):
    """One of one's own sessions."""

    channel = serializers.CharField()


class DeviceSerializer(DeviceRow):
    """One of one's own sessions, and whether it is the one that asks."""

    is_current = serializers.BooleanField()


class EndedSerializer(serializers.Serializer[Any]):
    """How many sessions were ended."""

    ended = serializers.IntegerField()


class DaySerializer(serializers.Serializer[Any]):
    """A day in the site's zone, and how often somebody signed in."""

    day = serializers.DateField()
    times = serializers.IntegerField()


class BrowserSerializer(serializers.Serializer[Any]):
    """A browser, and how often somebody signed in with it."""

    name = serializers.CharField()
    times = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer[Any]):
    """What the sign-ins add up to."""

    online = serializers.IntegerField(help_text="Open sessions that were active a moment ago")
    open = serializers.IntegerField()
    days = DaySerializer(many=True)
    browsers = BrowserSerializer(many=True)
    newest = SessionRow(many=True)


class StatisticsQuerySerializer(serializers.Serializer[Any]):
    """How many days to count, today included."""

    days = serializers.IntegerField(required=False, min_value=1, max_value=90)


class SessionQuerySerializer(serializers.Serializer[Any]):
    """Whose sessions to list."""

    username = TextField(max_length=64)


class SessionNameSerializer(serializers.Serializer[Any]):
    """Which session to end."""

    session_uuid = serializers.UUIDField()


class ExplainQuerySerializer(serializers.Serializer[Any]):
    """What is to be explained."""

    code = serializers.RegexField(
        rf"^{CODE.pattern}\Z", max_length=128, help_text="A permission code."
    )
    object = serializers.RegexField(
        r"^[A-Za-z]+:[0-9]{1,19}\Z",
        required=False,
        help_text="A row, by its model as data rules name it and its id: `User:7`.",
    )


class NamedSerializer(serializers.Serializer[Any]):
    """A role, scope or rule by its id and name."""

    id = IdField(source="pk")
    name = serializers.CharField()


class WaySerializer(serializers.Serializer[Any]):
    """A role that grants the code, or would, by a menu entry."""

    role = NamedSerializer()
    menu = NamedSerializer()
    missing = serializers.CharField(help_text="Why it does not count; empty if it does.")


class CodeReasonSerializer(serializers.Serializer[Any]):
    """Whether the user holds the code."""

    is_held = serializers.BooleanField()
    text = serializers.CharField()
    ways = WaySerializer(many=True)


class RuleReasonSerializer(serializers.Serializer[Any]):
    """What a rule says about the row."""

    scope = NamedSerializer()
    rule = NamedSerializer()
    is_fitting = serializers.BooleanField(help_text="Whether it is about such rows at all.")
    is_met = serializers.BooleanField()


class RoleReasonSerializer(serializers.Serializer[Any]):
    """What a role says about the row."""

    role = NamedSerializer()
    is_shown = serializers.BooleanField()
    text = serializers.CharField()
    rules = RuleReasonSerializer(many=True)


class GrantReasonSerializer(serializers.Serializer[Any]):
    """The object grant that shares the row."""

    id = IdField()
    level = serializers.CharField()
    is_live = serializers.BooleanField(help_text="Whether it has not run out.")
    expires_time = WireTimeField(source="expires_at", allow_null=True)
    created_by = IdField(source="created_by_id", allow_null=True, help_text="Who shared it.")


class RowReasonSerializer(serializers.Serializer[Any]):
    """Whether the user sees the row."""

    is_seen = serializers.BooleanField()
    text = serializers.CharField()
    roles = RoleReasonSerializer(many=True)
    grant = GrantReasonSerializer(allow_null=True)


class ExplanationSerializer(serializers.Serializer[Any]):
    """Whether a user may do something, to a row or at all, and why."""

    may = serializers.BooleanField()
    problem = serializers.CharField(help_text="Why the account can do nothing; empty if it can.")
    code = CodeReasonSerializer()
    row = RowReasonSerializer(allow_null=True)
