from apps.core.api.routers import ResourceRouter
from apps.monitor.api.views import CacheViewSet, DatabaseViewSet, RedisViewSet, ServerViewSet

router = ResourceRouter()
router.register("monitors/server", ServerViewSet, basename="server")
router.register("monitors/redis", RedisViewSet, basename="redis")
router.register("monitors/database", DatabaseViewSet, basename="database")
router.register("monitors/cache", CacheViewSet, basename="cache")

urlpatterns = router.urls
