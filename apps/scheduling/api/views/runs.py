from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.schema import answers
from apps.core.api.viewsets import DestroyManyMixin, ListMixin, ResourceViewSet, RetrieveMixin
from apps.core.guards import Guard
from apps.scheduling.api import filters
from apps.scheduling.api.serializers import bodies, rows
from apps.scheduling.models import Run
from apps.scheduling.selectors.lines import lines_after
from apps.scheduling.services.deletion import runs_delete


class RunViewSet(ListMixin, RetrieveMixin, DestroyManyMixin[Run], ResourceViewSet[Run]):
    """Every run of a job, those without a result and those that still wait included."""

    guard = Guard("sys:task", _("runs"), verbs={"lines": "list"}, name="task_results")
    queryset = Run.objects.all()
    row = rows.RunRow
    filterset_class = filters.RunFilter

    @answers(query=bodies.LinesQuerySerializer, row=rows.LinesSerializer)
    @action(detail=True)
    def lines(self, request: Request, pk: str) -> Response:
        """Show what a run wrote to its log, oldest first; ask again with `after` for more."""
        after = self.query_with(bodies.LinesQuerySerializer)["after"]
        run = self.get_object()
        lines = lines_after(run, after)
        last = lines[-1].pk if lines else after
        for line in lines:
            line.text = line.said
        told = {"items": lines, "after": last, "live": run.is_live}
        return Response(rows.LinesSerializer(told).data)

    def remove(self, instances: list[Run]) -> None:
        runs_delete(runs=instances)
