from django.apps import AppConfig


class PlatformConfig(AppConfig):
    """The composition root is an app only so that its commands are found."""

    name = "config"
    label = "platform"
