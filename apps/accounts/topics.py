"""What goes on among the users."""

from django.utils.translation import gettext_lazy as _

from apps.core.topics import Topic

USERS = Topic(name="accounts.users", label=_("users"), needs="sys:user:list", model="accounts.User")

TOPICS = (USERS,)
