"""Disclosure control of tables: protect them, prove it, and compare a new edition with the last one."""

from evaluation.publishing.disclosure_audit import audit, audit_linked
from evaluation.publishing.disclosure_protection import protect, protect_linked
from evaluation.publishing.disclosure_two_editions import release_differences, release_differences_linked

__all__ = [
    "audit",
    "audit_linked",
    "protect",
    "protect_linked",
    "release_differences",
    "release_differences_linked",
]
