"""Intervention outcomes evaluation and commissioning analytics for community-safety partnerships."""

__version__ = "0.1.0"
