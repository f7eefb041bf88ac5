from apps.access.api.views import MenuViewSet, RoleViewSet
from apps.core.api.routers import ResourceRouter

router = ResourceRouter()
router.register("menus", MenuViewSet)
router.register("roles", RoleViewSet)

urlpatterns = router.urls
