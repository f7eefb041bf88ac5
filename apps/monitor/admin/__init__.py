"""The pages of the monitors in the console."""

from apps.monitor.admin import cache, database, live

__all__ = ["cache", "database", "live"]
