"""The dictionaries that the pages of the platform choose from. Source: contract, 14.4."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from plugins.dict.models import DictData, DictType
from plugins.dict.services import dict_type_save


class Dictionary(NamedTuple):
    """A dictionary that the platform cannot do without; entries are (label, value, colour)."""

    code: str
    name: str
    entries: tuple[tuple[str, str, str], ...]


# Labels are data, not text of ours: the front end finds its translations by them.
DICTIONARIES = (
    Dictionary("sys_status", "通用状态", (("停用", "0", "red"), ("正常", "1", "green"))),
    Dictionary("sys_choose", "通用开关", (("关闭", "false", "error"), ("开启", "true", "success"))),
    Dictionary(
        "sys_menu_type",
        "菜单类型",
        (
            ("目录", "0", "orange"),
            ("菜单", "1", "default"),
            ("按钮", "2", "processing"),
            ("内嵌", "3", "cyan"),
            ("外链", "4", "purple"),
        ),
    ),
    Dictionary("sys_login_status", "登录状态", (("失败", "0", "error"), ("成功", "1", "success"))),
    Dictionary(
        "sys_data_rule_operator", "数据规则运算符", (("AND", "0", "green"), ("OR", "1", "gold"))
    ),
    Dictionary(
        "sys_data_rule_expression",
        "数据规则表达式",
        (
            ("等于(==)", "0", "success"),
            ("不等于(!=)", "1", "error"),
            ("大于(>)", "2", "magenta"),
            ("大于等于(>=)", "3", "volcano"),
            ("小于(<)", "4", "gold"),
            ("小于等于(<=)", "5", "orange"),
            ("包含(in)", "6", "purple"),
            ("不包含(not in)", "7", "error"),
        ),
    ),
    Dictionary("sys_frontend_config", "前端参数配置", (("否", "0", "red"), ("是", "1", "green"))),
    Dictionary(
        "task_strategy_type",
        "任务策略类型",
        # The brackets are Chinese ones on the wire.
        (("Interval（间隔）", "0", "cyan"), ("Crontab（计划）", "1", "purple")),  # noqa: RUF001
    ),
    Dictionary(
        "task_period_type",
        "任务周期类型",
        (
            ("天", "days", "processing"),
            ("小时", "hours", "magenta"),
            ("分钟", "minutes", "volcano"),
            ("秒", "seconds", "gold"),
            ("微秒", "microseconds", "warning"),
        ),
    ),
    Dictionary("notice", "通知公告", (("通知", "0", "magenta"), ("公告", "1", "purple"))),
    Dictionary(
        "user_online_status", "在线状态", (("离线", "0", "warning"), ("在线", "1", "success"))
    ),
    Dictionary(
        "sys_plugin_type", "插件类型", (("压缩包", "0", "gold"), ("GIT", "1", "processing"))
    ),
)


@transaction.atomic
def seed(*, demo: bool) -> None:  # noqa: ARG001 - every seed is told
    """Make the dictionaries that are missing; those that exist stay as they were edited."""
    known = set(DictType.objects.values_list("code", flat=True))
    for dictionary in DICTIONARIES:
        if dictionary.code not in known:
            DictData.objects.bulk_create(_made(dictionary))


def _made(dictionary: Dictionary) -> Iterable[DictData]:
    made = DictType(name=dictionary.name, code=dictionary.code, remark=dictionary.name)
    dict_type_save(dict_type=made)
    for sort, (label, value, color) in enumerate(dictionary.entries, start=1):
        remark = f"{dictionary.name} {label}"
        yield DictData(type=made, label=label, value=value, color=color, sort=sort, remark=remark)
