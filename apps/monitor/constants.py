"""Words of the monitors."""

GIGABYTE = 1024**3
SAMPLE_SECONDS = 1.0
"""A sample is shared by everybody who asks within so long."""
