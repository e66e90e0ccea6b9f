"""Court costs: what is due, what was received, what it pays, and what will come.

The amount due comes first (prosecution, order, instalments); matching receipts to it is second. See `reconcile`.
"""

from evaluation.income.reconciliation import Reconciliation, reconcile
from evaluation.income.rules import Accounts, Points, Rules

__all__ = ["Accounts", "Points", "Reconciliation", "Rules", "reconcile"]
