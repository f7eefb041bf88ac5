from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.schema import answers
from apps.core.api.viewsets import GuardedViewSet
from apps.core.errors import NotFoundError
from apps.core.guards import Guard
from apps.core.visibility import Act, visible_to
from apps.scheduling.api.serializers import bodies, rows
from apps.scheduling.models import Run
from apps.scheduling.selectors.jobs import declared_jobs
from apps.scheduling.selectors.workers import queue_depths, workers
from apps.scheduling.services.runs import run_cancel, run_start
from apps.scheduling.services.schedules import queue_verify


class TaskViewSet(GuardedViewSet):
    """The declared jobs, and what becomes of those that were queued."""

    guard = Guard(
        "sys:task",
        _("jobs"),
        verbs={
            "registered": "list",
            "workers": "list",
            "queues": "list",
            "start": "exec",
            "cancel": "revoke",
        },
        name="tasks",
    )
    filter_backends: Any = ()
    lookup_url_kwarg = "task_id"
    lookup_value_regex = r"[\w.:-]+"

    @answers(row=rows.JobSerializer, many=True)
    @action(detail=False)
    def registered(self, request: Request) -> Response:
        """List the jobs that can be scheduled and started, with what they take."""
        return Response(rows.JobSerializer(declared_jobs(), many=True).data)

    @answers(row=rows.WorkerSerializer, many=True)
    @action(detail=False)
    def workers(self, request: Request) -> Response:
        """List the workers that answer within a second; none where the broker is away."""
        return Response(rows.WorkerSerializer(workers(), many=True).data)

    @answers(row=rows.QueueSerializer, many=True)
    @action(detail=False)
    def queues(self, request: Request) -> Response:
        """List the queues with how many jobs wait in each."""
        return Response(rows.QueueSerializer(queue_depths(), many=True).data)

    @answers(body=bodies.StartSerializer, row=rows.StartedSerializer)
    @action(detail=False, methods=["post"])
    def start(self, request: Request) -> Response:
        """Queue a job now; the answer does not wait for it."""
        data = self.read_with(bodies.StartSerializer, request)
        queue = queue_verify(task=data["task"], queue=data.get("queue"))
        run = run_start(
            name=data["task"],
            args=data.get("args", ()),
            kwargs=data.get("kwargs"),
            queue=queue,
        )
        return Response(rows.StartedSerializer(run).data)

    @answers()
    @action(detail=True, methods=["delete"])
    @transaction.atomic
    def cancel(self, request: Request, task_id: str) -> Response:
        """Ask for the end of a run: one that waits does not begin, one that runs is told."""
        found = visible_to(Run.objects.filter(task_id=task_id), request.user, act=Act.CHANGE)
        run = found.first()
        if run is None:
            raise NotFoundError
        run_cancel(run=run)
        return Response(None)
