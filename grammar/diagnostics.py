"""What the language says about a film: codes, severities, places and hints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from scenelang.grammar.record import Record
from scenelang.grammar.source import Source, Span

LONGEST_WORD = 60  # characters; what is longer is no misspelt word
Severity = Literal["error", "warning"]


class Suggestion(str):
    """A hint that says what to write instead of what its diagnostic underlines."""

    replacement: str

    def __new__(cls, hint: str, replacement: str) -> Suggestion:
        made = str.__new__(cls, hint)
        made.replacement = replacement
        return made


class Diagnostic(Record):
    """One finding. `hint` says what to do next; `labels` point at other places that matter."""

    code: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""
    labels: tuple[tuple[Span, str], ...] = ()

    @property
    def replacement(self) -> str:
        """What to write instead of what is underlined; empty where the hint names nothing."""
        return self.hint.replacement if isinstance(self.hint, Suggestion) else ""

    @property
    def order(self) -> tuple[str, int, int, int, str, str]:
        span = self.span
        return (span.file, span.line, span.column, span.start, self.code, self.message)


class SceneError(Exception):
    """Raised by the Python API where a film can't go on; carries all diagnostics."""

    def __init__(self, diagnostics: Iterable[Diagnostic]):
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n".join(headline(d) for d in self.diagnostics))


def has_errors(diagnostics: Iterable[Diagnostic], strict: bool = False) -> bool:
    return any(strict or d.severity == "error" for d in diagnostics)


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate most like `word`, or an empty string where none is."""
    import difflib  # a film without mistakes needs it never

    if len(word) > LONGEST_WORD:
        return ""
    by_fold = {c.casefold(): c for c in candidates}
    near = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[near[0]] if near else ""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`did you mean `x`?` for the nearest candidate, or an empty string."""
    near = nearest(word, candidates)
    return Suggestion(f"did you mean `{near}`?", near) if near else ""


def headline(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.span}: {diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"


def render(diagnostic: Diagnostic, sources: dict[str, Source]) -> str:
    """The human form: headline, the source line underlined, labels, hint."""
    lines = [headline(diagnostic)]
    lines += _excerpt(diagnostic.span, sources, "^", "")
    for span, text in diagnostic.labels:
        lines += _excerpt(span, sources, "-", text)
    if diagnostic.hint:
        lines.append(f"  = hint: {diagnostic.hint}")
    return "\n".join(lines)


def _excerpt(span: Span, sources: dict[str, Source], mark: str, text: str) -> list[str]:
    source = sources.get(span.file)
    if source is None:
        return [f"  --> {span}: {text}"] if text else []
    line = source.line(span.line).expandtabs(1)
    end = span.end_column if span.end_line == span.line else len(line) + 1
    width = max(1, end - span.column)
    number = str(span.line)
    gutter = " " * len(number)
    underline = " " * (span.column - 1) + mark * width
    return [f"{gutter} |", f"{number} | {line}", f"{gutter} | {underline} {text}".rstrip()]
