from apps.core.api.routers import ResourceRouter

router = ResourceRouter()

urlpatterns = router.urls
