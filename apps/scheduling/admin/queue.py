"""The queue of the embedded broker in the console, to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.core.console import ConsoleModelAdmin
from apps.scheduling.models import OutboxJob


@admin.register(OutboxJob)
class OutboxJobAdmin(ConsoleModelAdmin):
    icon = "outbox"
    place = 9
    list_display = ("name", "task_id", "tries", "created_at")
    search_fields = ("name", "task_id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
