"""Scenelang in editors: a language server, and the language's words for highlighters."""
