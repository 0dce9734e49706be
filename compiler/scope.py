"""The names of a film and the findings made while binding them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from scenelang.grammar import ast, facts
from scenelang.grammar.diagnostics import Diagnostic, did_you_mean
from scenelang.grammar.parse import parse_file
from scenelang.grammar.source import Source, Span, line_of

# how an imported file is read: from disk, or in an editor from what is open there
Reader = Callable[[Path], tuple[ast.Film, tuple[Diagnostic, ...], Source]]


def project_folder(file: Path) -> Path:
    """The nearest folder above a film with a `scenelang.toml` or `.git`, else the film's own."""
    folder = Path(facts.real(str(file))).parent
    for candidate in (folder, *folder.parents):
        if any(facts.exists(str(candidate / name)) for name in ("scenelang.toml", ".git")):
            return candidate
    return folder


NOWHERE = line_of("", 1)


class Findings:
    """Collects diagnostics; a place without a span is the film's first line."""

    def __init__(self, file: str = ""):
        self.file = file
        self.found: list[Diagnostic] = []

    def error(
        self, code: str, at: ast.Node | Span | None, message: str, hint: str = "", **more: object
    ) -> None:
        self._add(code, "error", at, message, hint, **more)

    def warning(
        self, code: str, at: ast.Node | Span | None, message: str, hint: str = "", **more: object
    ) -> None:
        self._add(code, "warning", at, message, hint, **more)

    def _add(self, code, severity, at, message, hint, labels=()) -> None:  # type: ignore[no-untyped-def]
        span = at.span if isinstance(at, ast.Node) else at
        span = span or line_of(self.file, 1)
        self.found.append(Diagnostic(code, severity, message, span, hint, tuple(labels)))


class Scope:
    """Declarations by name, which of them were used, and where findings go.

    `misread` says that the text has syntax errors, so what is missing may have been there.
    """

    def __init__(self, findings: Findings, misread: bool = False, read: Reader = parse_file):
        self.findings, self.misread, self.read = findings, misread, read
        self.declarations: dict[str, ast.Declaration] = {}
        self.own: set[str] = set()  # declared in this file, not imported
        self.used: set[str] = set()

    def file(self, text: ast.Text) -> Path | None:
        """The file that a text names, relative to the film that the text stands in; None, and an error, where
        it lies outside the project's folder."""
        home = Path((text.span.file if text.span else "") or self.findings.file or "untitled.scene")
        path = Path(facts.real(str(home.parent / text.value)))
        if path.is_relative_to(project_folder(home)):
            return path
        self.findings.error(
            "C006", text, f"`{text.value}` lies outside the project's folder",
            "move it into the project, or put a `scenelang.toml` in the folder that holds both",
        )  # fmt: skip
        return None

    def apart(self) -> Scope:
        """The same names, with findings and uses of its own."""
        other = Scope(Findings(self.findings.file), self.misread, self.read)
        other.declarations, other.own = self.declarations, self.own
        return other

    def subjects(self) -> list[str]:
        return [name for name, d in self.declarations.items() if d.role != "place"]

    def is_subject(self, name: str) -> bool:
        found = self.declarations.get(name)
        return found is not None and found.role != "place"

    def subject(self, word: ast.Word | None, also: Iterable[str] = ()) -> str | None:
        """The bound name of a character or prop (or one of `also`), or None after an error."""
        return self._bind(word, True, also)

    def place(self, word: ast.Word | None) -> str | None:
        return self._bind(word, False, ())

    def _bind(self, word: ast.Word | None, subject: bool, also: Iterable[str]) -> str | None:
        if word is None:
            return None
        if word.text in also:
            return word.text
        declared = self.declarations.get(word.text)
        if declared is None:
            candidates = [n for n, d in self.declarations.items() if (d.role != "place") == subject]
            near = did_you_mean(word.text, [*candidates, *also])
            role = "character or prop" if subject else "place"
            example = f'declare it: `{"character" if subject else "place"} {word.text} "…"`'
            self.findings.error("C001", word, f"no {role} is called `{word.text}`", near or example)
            return None
        self.used.add(word.text)
        if (declared.role != "place") != subject:
            wanted = "a character or prop" if subject else "a place"
            self.findings.error(
                "C008", word, f"`{word.text}` is a {declared.role}; here stands {wanted}"
            )
            return None
        return word.text
