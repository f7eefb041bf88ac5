from apps.audit.api.views import ChangeLogViewSet, LoginLogViewSet, OperaLogViewSet
from apps.core.api.routers import ResourceRouter

router = ResourceRouter()
router.register("login", LoginLogViewSet, basename="login-log")
router.register("opera", OperaLogViewSet, basename="opera-log")
router.register("changes", ChangeLogViewSet, basename="change-log")

urlpatterns = router.urls
