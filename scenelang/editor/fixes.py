"""Code actions: what a diagnostic's hint says to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from scenelang.editor.diagnostics import converted, file_of
from scenelang.editor.documents import Document
from scenelang.grammar.diagnostics import Diagnostic


def fixes(
    document: Document, found: Iterable[Diagnostic], wanted: types.Range
) -> list[types.CodeAction]:
    """A quick fix for each of a check's findings in a range of the film that names a replacement."""
    start, end = document.positions.offset(wanted.start), document.positions.offset(wanted.end)
    here = (d for d in found if d.span.start <= end and start <= d.span.end)
    return [_fix(document, d) for d in here if d.replacement and file_of(d) == document.path]


def _fix(document: Document, found: Diagnostic) -> types.CodeAction:
    # what stands in quotes stays in quotes
    quoted = document.written(found.span).startswith('"')
    text = f'"{found.replacement}"' if quoted else found.replacement
    edit = types.TextEdit(document.range(found.span), text)
    return types.CodeAction(
        f"Write `{found.replacement}`",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[converted(found, document)],
        is_preferred=True,
        edit=types.WorkspaceEdit(changes={document.uri: [edit]}),
    )
