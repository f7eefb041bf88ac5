from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The composition root is an app only so that its commands are found."""

    name = "config"
    label = "platform"

    def ready(self) -> None:
        from apps.core.plugins import load_parts  # noqa: PLC0415 - models are loaded only now

        load_parts()
