"""What is wrong with a film, as `check` tells it: known already, or worked out and remembered."""

from __future__ import annotations

from scenelang.cli.known import recall, remember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scenelang.cli.report import Finding
    from scenelang.grammar.diagnostics import Diagnostic
    from scenelang.grammar.source import Source


def findings_of(file: str) -> list[Finding]:
    known = recall(file)
    if known is None:
        from scenelang.grammar.facts import recorded
        from scenelang.grammar.garbage import paused

        with recorded() as facts:
            known = paused(_work_out)(file)
        remember(file, known, facts)
    return known


def _work_out(file: str) -> list[Finding]:
    from scenelang.grammar.parse import parse_file

    return analysed(*parse_file(file))


def analysed(film, syntax, source) -> list[Finding]:  # type: ignore[no-untyped-def]
    """The findings of a film that was parsed."""
    from scenelang.compiler.pipeline import analyse

    found = analyse(film, syntax).diagnostics
    return [
        {
            "severity": d.severity,
            "headline": head,
            "rest": rest,
            "row": {
                "file": d.span.file, "code": d.code, "severity": d.severity, "message": d.message, "hint": d.hint,
                "line": d.span.line, "column": d.span.column, "end_line": d.span.end_line,
                "end_column": d.span.end_column,
            },
        }
        for d, (head, rest) in zip(found, excerpts(found, {source.file: source}))
    ]  # fmt: skip


def excerpts(found: Iterable[Diagnostic], sources: dict[str, Source]) -> Iterator[tuple[str, str]]:
    """The headline of each finding, and the lines below it up to the next one's."""
    from scenelang.grammar.diagnostics import render
    from scenelang.grammar.parse import read_source

    for diagnostic in found:
        for span in (diagnostic.span, *(label for label, _ in diagnostic.labels)):
            if span.file not in sources:
                sources[span.file] = read_source(span.file)[0]
        head, *rest = render(diagnostic, sources).split("\n")
        yield head, "\n".join([*rest, ""])
