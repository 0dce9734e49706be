"""The Pygments lexer: `.scene` files in colour in Sphinx, MkDocs, LaTeX and terminals."""

from __future__ import annotations

import re

from pygments.lexer import RegexLexer, bygroups, default, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from scenelang.editor import lexis

_NAME = lexis.pattern("NAME")
_NUMBER = "|".join(lexis.pattern(kind) for kind in ("ASPECT", "SIZE", "APERTURE", "QUANTITY"))
_END = r"(?![\w-])"


class SceneLexer(RegexLexer):
    """Films as text."""

    name = "Scenelang"
    aliases = ["scene", "scenelang"]
    filenames = ["*.scene"]
    mimetypes = ["text/x-scene"]
    flags = re.MULTILINE

    tokens = {
        # where a statement or a field begins
        "root": [
            (r"[\s;{}]+", Whitespace),
            (
                rf"({'|'.join(sorted(lexis.declaring()))})([^\S\n]+)({_NAME})",
                bygroups(Keyword.Declaration, Whitespace, Name.Class),
                "statement",
            ),
            (words(sorted(lexis.heads()), suffix=_END), Keyword.Declaration, "statement"),
            (words(sorted(lexis.fields()), suffix=_END), Name.Attribute, "statement"),
            default("statement"),
        ],
        "statement": [
            (r"#[^\n]*", Comment.Single),
            (r"[;{}\n]", Punctuation, "#pop"),
            (r"\s+", Whitespace),
            (lexis.pattern("STRING"), String.Double),
            (words(sorted(lexis.keywords().values()), suffix=_END), Keyword),
            (words(sorted(lexis.vocabulary()), suffix=_END), Name.Constant),
            (_NUMBER, Number),
            (_NAME, Name),
            (r"\.\.|->|→|[@+:.]", Operator),
            (r"[(),]", Punctuation),
            # a text that its line doesn't close
            (r'"[^\n]*', String.Double),
        ],
    }


__all__ = ["SceneLexer"]
