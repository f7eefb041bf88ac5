"""Every URL of the site."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from apps.core.api.documents import OpenApiView, RedocView, SwaggerView
from apps.realtime.api.views import polling_refused
from config.plugins.routes import plugin_routes

api_v1 = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path("docs", SwaggerView.as_view(), name="swagger"),
    path("redoc", RedocView.as_view(), name="redoc"),
    path("sys/", include("apps.organization.api.urls")),
    path("sys/", include("apps.access.api.urls")),
    path("", include("apps.accounts.api.urls")),
    path("logs/", include("apps.audit.api.urls")),
    path("", include("apps.files.api.urls")),
    path("", include("apps.monitor.api.urls")),
    path("", include("apps.realtime.api.urls")),
    path("", include("apps.scheduling.api.urls")),
    *plugin_routes(),
]

urlpatterns = [
    path("", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api_v1)),
    path("ws/socket.io", polling_refused),
    path("ws/socket.io/", polling_refused),
]

handler400 = "apps.core.api.exceptions.bad_request"
handler403 = "apps.core.api.exceptions.forbidden"
handler404 = "apps.core.api.exceptions.not_found"
handler500 = "apps.core.api.exceptions.server_error"
