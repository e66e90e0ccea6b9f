"""The single record of schemes: planned, live, ended, failed and inconclusive ones side by side."""

from evaluation.register.entry import Entry, entries
from evaluation.register.loading import load_schemes, read_scheme, scheme_names
from evaluation.register.scheme import Cost, Decision, HistoryItem, Objective, Scheme, Source
from evaluation.register.template import new_scheme

__all__ = [
    "Cost",
    "Decision",
    "Entry",
    "HistoryItem",
    "Objective",
    "Scheme",
    "Source",
    "entries",
    "load_schemes",
    "new_scheme",
    "read_scheme",
    "scheme_names",
]
