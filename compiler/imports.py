"""Declarations of a file and of what it imports."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from scenelang.compiler.scope import Scope
from scenelang.grammar import ast, facts
from scenelang.grammar.diagnostics import did_you_mean


def declare(film: ast.Film, scope: Scope, path: Path) -> None:
    """Put the declarations of a film, its imports included, into the scope."""
    _declare(film, scope, path, (Path(facts.real(str(path))),), None)
    scope.own = {s.name.text for s in film.statements if isinstance(s, ast.Declaration)}


def _declare(
    film: ast.Film,
    scope: Scope,
    path: Path,
    chain: tuple[Path, ...],
    wanted: set[str] | None,
) -> None:
    for statement in film.statements:
        if isinstance(statement, ast.Import):
            _import(statement, scope, path, chain)
    for statement in film.statements:
        if not isinstance(statement, ast.Declaration):
            continue
        if wanted is not None and statement.name.text not in wanted:
            continue
        earlier = scope.declarations.get(statement.name.text)
        if earlier is not None and earlier is not statement:
            labels = [(earlier.name.span, "declared here first")] if earlier.name.span else []
            scope.findings.error(
                "C002",
                statement.name,
                f"`{statement.name.text}` is declared twice",
                "rename one",
                labels=labels,
            )
            continue
        scope.declarations[statement.name.text] = statement


def _import(statement: ast.Import, scope: Scope, path: Path, chain: tuple[Path, ...]) -> None:
    findings = scope.findings
    target = scope.file(statement.path)
    if target is None:
        return
    if target in chain:
        names = " -> ".join(p.name for p in (*chain[chain.index(target) :], target))
        findings.error("C005", statement.path, f"files import each other in a circle: {names}",
                       "move what both need into a third file")  # fmt: skip
        return
    if not facts.is_file(str(target)):
        folder = PurePosixPath(statement.path.value).parent
        near = [
            str(folder / name)
            for name in facts.names_in(str(target.parent))
            if name.endswith(".scene") and target.parent / name not in chain
        ]
        findings.error("C004", statement.path, f"there is no file `{statement.path.value}`",
                       did_you_mean(statement.path.value, near) or "paths are relative to this file")  # fmt: skip
        return
    film, diagnostics, _ = scope.read(path.parent / statement.path.value)
    findings.found.extend(diagnostics)
    wanted = {w.text for w in statement.names}
    here = {s.name.text for s in film.statements if isinstance(s, ast.Declaration)}
    for word in statement.names:
        if word.text not in here:
            findings.error("C007", word, f"`{statement.path.value}` declares no `{word.text}`",
                           did_you_mean(word.text, here))  # fmt: skip
    _declare(film, scope, target, (*chain, target), wanted or None)
