"""The pages of schedules and runs."""

from django.utils.translation import gettext_lazy as _

from apps.core.menus import MenuEntry, MenuKind

MENUS = (
    MenuEntry(
        name="Scheduler",
        title="page.menu.scheduler",
        label=_("jobs"),
        kind=MenuKind.DIRECTORY,
        path="/scheduler",
        icon="material-symbols:automation",
        sort=2,
    ),
    MenuEntry(
        name="SchedulerManage",
        title="page.menu.schedulerManage",
        label=_("schedules"),
        parent="Scheduler",
        path="/scheduler/manage",
        component="/scheduler/manage/index",
        icon="ix:scheduler",
        sort=1,
        resource="sys:task",
    ),
    MenuEntry(
        name="SchedulerRecord",
        title="page.menu.schedulerRecord",
        label=_("runs"),
        parent="Scheduler",
        path="/scheduler/record",
        component="/scheduler/record/index",
        icon="ix:scheduler",
        sort=2,
        also=("sys:task:list",),
    ),
)
