from apps.core.api.routers import ResourceRouter
from plugins.dict.api.views import DictDataViewSet, DictTypeViewSet

router = ResourceRouter()
router.register("sys/dict-types", DictTypeViewSet, basename="dict-type")
router.register("sys/dict-datas", DictDataViewSet, basename="dict-data")

urlpatterns = router.urls
