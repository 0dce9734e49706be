"""Checking films as they are written: a while behind the last key, in a thread, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from scenelang.compiler.memory import Memory
from scenelang.compiler.pipeline import Analysis, analyse
from scenelang.editor.diagnostics import file_of
from scenelang.editor.documents import Documents
from scenelang.editor.timing import Times, times_of
from scenelang.grammar import incremental
from scenelang.grammar.ast import Film
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.record import replace
from scenelang.grammar.source import Source, Span

DELAY = 0.25  # seconds behind the last change


@dataclass(frozen=True)
class Checked:
    """A film's analysis, when its shots are (None where it has errors), and the texts of the files it came from."""

    analysis: Analysis
    times: Times | None
    texts: dict[Path, str]

    def holds(self, documents: Documents) -> bool:
        """Whether the texts are still the same."""
        return all(documents.text(path) == text for path, text in self.texts.items())


class Known:
    """What is kept of a film from one check to the next: its text in pieces, and what was made of its shots."""

    def __init__(self, path: Path):
        self.document, self.memory = incremental.Document(str(path)), Memory()


def check(path: Path, documents: Documents, known: Known) -> Checked:
    """A film's check: what has not changed since the last one is taken from it."""
    texts = {path: documents.text(path)}

    def read(imported: Path) -> tuple[Film, tuple[Diagnostic, ...], Source]:
        texts[imported.resolve()] = documents.text(imported.resolve())
        return documents.read(imported)

    source = documents.get(path).source
    analysis = analyse(*known.document.update(source.text), known.memory, read)
    # the places of what is known move with the next edit; those of findings must not
    found = tuple(_fixed(d, source) for d in analysis.diagnostics)
    return Checked(replace(analysis, diagnostics=found), times_of(analysis), texts)


def _fixed(found: Diagnostic, source: Source) -> Diagnostic:
    """A finding whose places in a text stay where they are."""

    def fixed(span: Span) -> Span:
        return source.span(span.start, span.end) if span.file == source.file else span

    labels = tuple((fixed(span), text) for span, text in found.labels)
    return replace(found, span=fixed(found.span), labels=labels)


class Checker:
    """The checks of all open films. `publish` shows what was found in a file, `fail` a bug of ours."""

    def __init__(
        self,
        documents: Callable[[], Documents],
        publish: Callable[[Path, list[Diagnostic]], None],
        fail: Callable[[Path, Exception], None],
    ):
        self.documents, self.publish, self.fail = documents, publish, fail
        self.checked: dict[Path, Checked] = {}
        self.times: dict[Path, Times] = {}  # of each film's last version without errors
        self.known: dict[Path, Known] = {}
        self.shown: dict[Path, dict[Path, list[Diagnostic]]] = {}  # by the film checked, then by file
        self.waiting: dict[Path, asyncio.Task[None]] = {}
        self.lock = asyncio.Lock()

    def changed(self, path: Path, delay: float = DELAY) -> None:
        """Check a film soon, and the open films that import it."""
        opened = self.documents().opened
        importing = (film for film, checked in self.checked.items() if path in checked.texts)
        for film in {path, *importing} & set(opened):
            self._schedule(film, delay)

    def all_changed(self) -> None:
        """Check all open films: something happened to their files, such as to one that was not there."""
        self.checked.clear()
        for film in self.documents().opened:
            self._schedule(film, DELAY)

    def closed(self, path: Path) -> None:
        if task := self.waiting.pop(path, None):
            task.cancel()
        self.checked.pop(path, None)
        self.times.pop(path, None)
        self.known.pop(path, None)
        self._show(path, {})
        self.changed(path)

    async def latest(self, path: Path) -> Analysis:
        """The last analysis of a film, or the first, if there was none: soon rather than exact."""
        known = self.checked.get(path)
        return known.analysis if known else await self.current(path)

    async def current(self, path: Path) -> Analysis:
        """The analysis of a film as it is now."""
        async with self.lock:
            documents = self.documents()
            known = self.checked.get(path)
            if known is not None and known.holds(documents):
                return known.analysis
            if path in documents.opened:
                last = self.known.setdefault(path, Known(path))
            else:
                last = Known(path)
            try:
                done = await asyncio.to_thread(check, path, documents, last)
            except Exception:
                self.known.pop(path, None)  # it may be half done
                raise
            if path in self.documents().opened:
                self.checked[path] = done
                if done.times is not None:
                    self.times[path] = done.times
                self._show(path, _by_file(path, done.analysis.diagnostics))
                if not done.holds(self.documents()):  # it changed meanwhile, or a file that it imports
                    self._schedule(path, DELAY)
            return done.analysis

    def _schedule(self, path: Path, delay: float) -> None:
        if task := self.waiting.pop(path, None):
            task.cancel()
        self.waiting[path] = asyncio.get_running_loop().create_task(self._later(path, delay))

    async def _later(self, path: Path, delay: float) -> None:
        await asyncio.sleep(delay)
        self.waiting.pop(path, None)  # what runs is not stopped any more
        try:
            await self.current(path)
        except Exception as error:
            self.fail(path, error)

    def _show(self, film: Path, found: dict[Path, list[Diagnostic]]) -> None:
        """Publish what a film's check found, together with what other films' found in the same files."""
        before = self.shown.pop(film, {})
        if found:
            self.shown[film] = found
        for file in {film, *before, *found}:
            every = [d for by_file in self.shown.values() for d in by_file.get(file, ())]
            # two films find the same in what both import
            same = {(d.code, d.span.start, d.span.end, d.message): d for d in every}
            self.publish(file, list(same.values()))


def _by_file(film: Path, found: Iterable[Diagnostic]) -> dict[Path, list[Diagnostic]]:
    by_file: dict[Path, list[Diagnostic]] = {film: []}
    for diagnostic in found:
        file = file_of(diagnostic) if diagnostic.span.file else film
        by_file.setdefault(file, []).append(diagnostic)
    return by_file
