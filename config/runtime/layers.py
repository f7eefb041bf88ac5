"""A channel layer inside the process that every thread may use."""

from channels.layers import InMemoryChannelLayer


class EmbeddedChannelLayer(InMemoryChannelLayer):
    """Placeholder until the runtime is built."""
