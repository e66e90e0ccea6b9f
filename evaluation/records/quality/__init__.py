"""Data quality by the tests of the audit: figures with their denominators, by system, service and month."""

from evaluation.records.quality.measure import measure
from evaluation.records.quality.result import Quality

__all__ = ["Quality", "measure"]
