"""Which rows a client may hear of."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from apps.core.errors import DomainError
from apps.core.topics import Topic
from apps.core.visibility import may
from apps.realtime.selectors.identities import Identity, may_hear, user_of


def sees_row(*, identity: Identity, topic: Topic, pk: Any) -> bool:
    """Tell whether a client may hear of a row of the topic's model, as things are now.

    The row is looked up through the one filter that lists and forms use, for the user as the next
    request would find them. A row that is gone is seen by nobody.
    """
    try:
        user = user_of(identity)
    except DomainError:
        return False
    return (
        may_hear(user, topic) and pk is not None and may(apps.get_model(topic.model)(pk=pk), user)
    )
