from django.urls import path

from apps.core.api.routers import ResourceRouter
from apps.files.api.views.nodes import NodeViewSet
from apps.files.api.views.public import AvatarViewSet, PublicFileViewSet
from apps.files.api.views.uploads import BytesParser

router = ResourceRouter()
router.register("sys/files", NodeViewSet, basename="file")

urlpatterns = [
    path(
        "files/public/<str:token>",
        PublicFileViewSet.as_view({"get": "show"}),
        name="public-file",
    ),
    path(
        "sys/users/me/avatar/upload",
        AvatarViewSet.as_view({"post": "upload_avatar"}),
        name="avatar-upload",
    ),
    path("sys/uploads", NodeViewSet.as_view({"post": "open_upload"}), name="uploads"),
    path(
        "sys/uploads/<str:upload>",
        NodeViewSet.as_view({"get": "show_upload", "delete": "abort_upload"}),
        name="upload",
    ),
    path(
        "sys/uploads/<str:upload>/parts/<str:number>",
        NodeViewSet.as_view({"put": "put_part"}, parser_classes=[BytesParser]),
        name="upload-part",
    ),
    path(
        "sys/uploads/<str:upload>/complete",
        NodeViewSet.as_view({"post": "complete_upload"}),
        name="upload-complete",
    ),
    *router.urls,
]
