"""The units of scores that have one: speed and size."""

from __future__ import annotations

UNITS = {"latency_p50": "ms", "latency_p95": "ms", "latency_p99": "ms", "throughput": "rows/s", "startup": "s",
         "peak_memory": "MB", "peak_gpu_memory": "MB", "size": "MB"}  # fmt: skip
"""The scores of the task `performance`, with the unit of each."""
