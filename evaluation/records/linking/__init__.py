"""Linking: the same person, case or incident in unlinked systems, with a probability and a review."""
