"""The command `evaluation`: each command opens a workspace, takes the steps it needs, and says what came of it."""

from __future__ import annotations

from evaluation.cli import drafts, exports, jobs, proofs
from evaluation.cli.apps import app
from evaluation.cli.running import main, run

__all__ = ["app", "drafts", "exports", "jobs", "main", "proofs", "run"]
