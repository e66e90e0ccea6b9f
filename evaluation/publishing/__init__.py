"""Disclosure control, then pages: the only room that turns a result into something published.

Heavy parts are imported by name (`from evaluation.publishing import release`), so that importing this package costs
nothing.
"""
