"""Films as they are in a folder, or were at a revision of its git repository, imports included."""

from __future__ import annotations

import posixpath
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scenelang.compiler.imports import declare
from scenelang.compiler.pipeline import Analysis, analyse
from scenelang.compiler.scope import Findings, Scope
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.parse import parse_file, parse_source, read_source, source_of
from scenelang.grammar.record import Record, replace
from scenelang.grammar.source import Source
from scenelang.interchange.reading import InterchangeError

_MARK = "scenelang.toml"  # in a project's folder


class Version(Record):
    """A film as it stands, or stood, with the declarations of its imports."""

    film: ast.Film
    cast: dict[str, ast.Declaration]
    analysis: Analysis
    sources: dict[str, Source]  # by the names that findings have


def version_of(named: str, folder: Path | None = None) -> Version:
    """The film in a file, or of `REVISION:PATH` where no file has that name.

    As in git, PATH begins at the top of the repository; with `./`, in `folder` (by default the
    current one). Raises InterchangeError where git has no such revision or file.
    """
    if ":" not in named or Path(named).exists():
        return _read(Path(named))
    revision, _, path = named.partition(":")
    git = _Git(folder or Path.cwd())
    git.check(revision)
    with tempfile.TemporaryDirectory() as temporary:
        laid_out = Path(temporary).resolve()
        file = git.lay_out(revision, git.from_top(path), laid_out)
        return _renamed(_read(file), f"{laid_out}/", f"{revision}:")


def _read(path: Path) -> Version:
    film, found, source = parse_file(path)
    scope = Scope(Findings(film.file))
    declare(film, scope, path)
    analysis = analyse(film, found)
    sources = {source.file: source}
    for diagnostic in analysis.diagnostics:  # some are in imported files
        file = diagnostic.span.file
        sources.setdefault(file, read_source(file)[0])
    return Version(film, scope.declarations, analysis, sources)


def _renamed(version: Version, before: str, after: str) -> Version:
    """The version with its findings in files that are called as the user knows them."""

    def known(file: str) -> str:
        return file.replace(before, after, 1)

    def moved(d: Diagnostic) -> Diagnostic:
        labels = tuple((s.renamed(known(s.file)), text) for s, text in d.labels)
        return replace(d, span=d.span.renamed(known(d.span.file)), labels=labels)

    found = tuple(map(moved, version.analysis.diagnostics))
    sources = {known(file): Source(known(file), source.text) for file, source in version.sources.items()}
    return replace(version, analysis=replace(version.analysis, diagnostics=found), sources=sources)


class _Git:
    """The repository that a folder is in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.top = Path(self._run("rev-parse", "--show-toplevel").decode().strip())

    def check(self, revision: str) -> None:
        """Raises InterchangeError where there is no such revision; none at all is the index."""
        try:
            if revision:
                self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}")
        except InterchangeError:
            raise InterchangeError(
                f"`{revision}` is no file, and no revision of this repository",
                "such as HEAD~1:film.scene",
            ) from None

    def from_top(self, path: str) -> str:
        """A path as git has it in its trees."""
        if not path.startswith(("./", "../")):
            return posixpath.normpath(path)
        full = Path(posixpath.normpath((self.folder.resolve() / path).as_posix()))
        if not full.is_relative_to(self.top.resolve()):
            raise InterchangeError(f"`{path}` lies outside the repository", f"which is {self.top}")
        return full.relative_to(self.top.resolve()).as_posix()

    def lay_out(self, revision: str, path: str, folder: Path) -> Path:
        """Writes a film, all that it imports and what marks its project into a folder."""
        (folder / _MARK).touch()  # where .git is
        if not self._copy(revision, path, folder):
            raise InterchangeError(
                f"there is no file `{path}` at `{revision or 'the index'}`",
                "paths begin at the top of the repository, or with ./ in this folder",
            )
        for imported in _imports(folder, path, {path}):
            self._copy(revision, imported, folder)
        return folder / path

    def _copy(self, revision: str, path: str, folder: Path) -> bool:
        """Whether there is such a file."""
        if not self._has(revision, path):
            return False
        data = self._run("cat-file", "blob", f"{revision}:{path}")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        for parent in Path(path).parents:
            mark = (parent / _MARK).as_posix()
            if self._has(revision, mark):
                (folder / mark).touch()
        return True

    def _has(self, revision: str, path: str) -> bool:
        try:
            return self._run("cat-file", "-t", f"{revision}:{path}").strip() == b"blob"
        except InterchangeError:
            return False

    def _run(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(["git", *arguments], cwd=self.folder, capture_output=True, check=False)
        except FileNotFoundError as error:
            raise InterchangeError("git isn't installed", "install it, or compare two files") from error
        except OSError as error:
            raise InterchangeError(
                f"git can't be run here: {error.strerror}", "check the path"
            ) from error
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
            raise InterchangeError(f"git: {said}", "compare two files, or work in a git repository")
        return done.stdout


def _imports(folder: Path, path: str, seen: set[str]) -> Iterator[str]:
    """The files that a film imports, one after another, each after it was asked for and written."""
    if not (folder / path).is_file():
        return
    film, _ = parse_source(source_of((folder / path).read_bytes().decode("utf-8", errors="replace")))
    for statement in film.statements:
        if isinstance(statement, ast.Import):
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), statement.path.value))
            if target not in seen and not target.startswith(("../", "/")):
                seen.add(target)
                yield target
                yield from _imports(folder, target, seen)
