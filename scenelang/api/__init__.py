"""The Python API: a builder that makes the same AST as the parser."""
