from apps.access.api.views import (
    DataRuleViewSet,
    DataScopeViewSet,
    GrantViewSet,
    MenuViewSet,
    RoleViewSet,
)
from apps.core.api.routers import ResourceRouter

router = ResourceRouter()
router.register("menus", MenuViewSet)
router.register("roles", RoleViewSet)
router.register("data-rules", DataRuleViewSet)
router.register("data-scopes", DataScopeViewSet)
router.register("grants", GrantViewSet)

urlpatterns = router.urls
