"""What can be wrong with a film that parses: one file a check.

A check of shots gets the resolved film, one of its shots and, where the film resolved without
errors, that shot staged; a check of films gets the resolved film. They yield what they find.
"""
