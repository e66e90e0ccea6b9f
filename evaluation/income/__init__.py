"""Court costs: what is due, what was received, what it pays, and what will come.

The amount due comes first (prosecution, order, instalments); matching receipts to it is second. See `reconcile`.
"""

from evaluation.income.bench import income_bench
from evaluation.income.comparing import Comparison, compare
from evaluation.income.forecast import Forecast, forecast, time_to_payment
from evaluation.income.journal import debtors, journal
from evaluation.income.reconciliation import Reconciliation, reconcile
from evaluation.income.rules import Accounts, Points, Rules
from evaluation.income.writing import decisions_needed, write

__all__ = [
    "Accounts",
    "Comparison",
    "Forecast",
    "Points",
    "Reconciliation",
    "Rules",
    "compare",
    "debtors",
    "decisions_needed",
    "forecast",
    "income_bench",
    "journal",
    "reconcile",
    "time_to_payment",
    "write",
]
