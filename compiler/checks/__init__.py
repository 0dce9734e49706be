"""What can be wrong with a film that parses: one file a check.

A check gets the resolved film and, where it resolved without errors, its Plan; it yields
what it finds.
"""
