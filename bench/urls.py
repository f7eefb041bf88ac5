"""Every URL of the site, and the two it is measured against."""

from django.urls import path

from bench import views
from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as site

urlpatterns = [
    path("bench/floor", views.floor),
    path("bench/hand", views.hand),
    *site,
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
