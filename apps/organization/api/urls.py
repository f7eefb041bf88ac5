from apps.core.api.routers import ResourceRouter
from apps.organization.api.views import DepartmentViewSet, PositionViewSet

router = ResourceRouter()
router.register("depts", DepartmentViewSet)
router.register("positions", PositionViewSet)

urlpatterns = router.urls
