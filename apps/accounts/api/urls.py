from apps.accounts.api.views.me import MeViewSet
from apps.accounts.api.views.sessions import SessionViewSet
from apps.accounts.api.views.sign_in import CodesViewSet, SignInViewSet
from apps.accounts.api.views.users import UserViewSet
from apps.core.api.routers import ResourceRouter

router = ResourceRouter()
router.register("monitors/sessions", SessionViewSet, basename="session")
router.register("auth", SignInViewSet, basename="auth")
router.register("auth", CodesViewSet, basename="auth-codes")
router.register("sys/users", MeViewSet, basename="me")
router.register("sys/users", UserViewSet, basename="user")

urlpatterns = router.urls
