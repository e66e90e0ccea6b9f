"""Linking: the same person, case or incident in unlinked systems, by rules with a probability and a review of the middle."""
