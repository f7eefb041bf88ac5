"""Log lines: what they hold, what they must not, and where they go."""
