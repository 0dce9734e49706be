"""Inlay hints: what a subject is drawn as, when each shot begins, how long the film is."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from scenelang.compiler.pipeline import Analysis
from scenelang.editor import timing
from scenelang.editor.documents import Document
from scenelang.editor.timing import Times
from scenelang.grammar import ast


def hints(
    document: Document, analysis: Analysis, times: Times | None, wanted: types.Range
) -> list[types.InlayHint]:
    """The hints of a range; `times` are those of the last version without errors."""
    start, end = document.positions.offset(wanted.start), document.positions.offset(wanted.end)
    found = (*_kinds(document, analysis), *(_times(document, times) if times else ()))
    return [hint for offset, hint in found if start <= offset <= end]


def _kinds(document: Document, analysis: Analysis) -> Iterator[tuple[int, types.InlayHint]]:
    for node in document.film.statements:
        if not isinstance(node, ast.Declaration) or node.kind:
            continue
        subject = analysis.resolved.subjects.get(node.name.text)
        behind = (node.description or node.name).span
        if subject and subject.reading.kind and behind:
            label = f"as {subject.reading.kind}"
            position = document.positions.position(behind.end)
            edit = types.TextEdit(types.Range(position, position), f" {label}")
            why = (
                "the description's words"
                if subject.kind_from == "description"
                else f"being a {node.role}"
            )
            yield behind.end, types.InlayHint(
                position, label, kind=types.InlayHintKind.Type, padding_left=True, text_edits=[edit],
                tooltip=f"What previz draws, from {why}; `as` says something else.",
            )  # fmt: skip


def _times(document: Document, times: Times) -> Iterator[tuple[int, types.InlayHint]]:
    for spot in document.spots:
        node = spot.node
        if isinstance(node, ast.Shot) and node.name.text in times.starts and node.duration.span:
            start = timing.clock(times.starts[node.name.text])
            yield _time(
                document, node.duration.span.end, f"at {start}", "Where the shot begins in the film."
            )
        elif isinstance(node, ast.Header) and node.title.span:
            whole = timing.clock(times.total)
            yield _time(document, node.title.span.end, whole, "How long the film is.")


def _time(document: Document, offset: int, label: str, tooltip: str) -> tuple[int, types.InlayHint]:
    position = document.positions.position(offset)
    return offset, types.InlayHint(position, label, padding_left=True, tooltip=tooltip)
