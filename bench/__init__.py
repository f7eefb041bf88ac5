"""Loads, measured as ratios within one run; see `docs/benchmarks.md`."""
