from apps.core.api.routers import ResourceRouter
from apps.scheduling.api.views.runs import RunViewSet
from apps.scheduling.api.views.schedules import ScheduleViewSet
from apps.scheduling.api.views.tasks import TaskViewSet

router = ResourceRouter()
router.register("tasks", TaskViewSet, basename="task")
router.register("task-results", RunViewSet, basename="task-result")
router.register("schedulers", ScheduleViewSet, basename="scheduler")

urlpatterns = router.urls
