"""The language's findings in an editor's terms."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from scenelang.editor.documents import Document, Documents
from scenelang.grammar.diagnostics import Diagnostic

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}


def file_of(found: Diagnostic) -> Path:
    return Path(found.span.file).resolve()


def converted(
    found: Diagnostic, document: Document, documents: Documents | None = None
) -> types.Diagnostic:
    """A finding in a document; with `documents`, also the other places that it points at."""
    message = f"{found.message}\n{found.hint}" if found.hint else found.message
    related = [
        types.DiagnosticRelatedInformation(
            documents.get(Path(span.file).resolve()).location(span), text or found.message
        )
        for span, text in (found.labels if documents else ())
        if documents
    ]
    return types.Diagnostic(
        document.range(found.span), message, severity=_SEVERITIES[found.severity], code=found.code,
        source="scenelang", related_information=related or None,
    )  # fmt: skip
