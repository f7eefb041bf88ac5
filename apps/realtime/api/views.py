"""Kept events for clients without a socket, and what is said to those that poll."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.schema import answers
from apps.core.api.viewsets import GuardedViewSet
from apps.core.guards import Access
from apps.core.visibility import visible_to
from apps.core.wire import wire_id
from apps.realtime.api.serializers import EventRow, EventsQuery, EventsRow
from apps.realtime.selectors.events import own_events, settled_id


class EventViewSet(GuardedViewSet):
    """What was said to the signed-in user."""

    guard = Access.SIGNED_IN

    @answers(row=EventsRow, query=EventsQuery)
    def catch_up(self, request: Request) -> Response:
        """Show what was said to the signed-in user after an event, oldest first.

        Ask anew with `since` set to `next`. What is only seconds old comes again then, because
        older events may still become visible; know it by its id.
        """
        asked = self.query_with(EventsQuery)
        user: Any = request.user
        size = asked["size"]
        rows = visible_to(own_events(user_id=user.pk, since=asked["since"]), user)
        if asked["event"]:
            rows = rows.filter(name=asked["event"])
        found = EventRow.read(rows[: size + 1])
        items, more = found[:size], len(found) > size
        onward = items[-1]["id"] if more else wire_id(settled_id(user_id=user.pk))
        return Response({"items": items, "next": onward, "more": more})


@csrf_exempt  # nothing is done here, and what polls shows no cookie of ours
def polling_refused(request: HttpRequest) -> JsonResponse:
    """Tell a client of Socket.IO that comes by plain HTTP that there is the WebSocket alone.

    Source: Engine.IO protocol, revision 4: codes of its errors.
    """
    if request.GET.get("transport") == "websocket":  # without the headers that ask for one
        told = {"code": 3, "message": "Bad request"}
    else:
        told = {"code": 0, "message": "Transport unknown"}
    return JsonResponse(told, status=HTTPStatus.BAD_REQUEST)
