"""The eight bytes that a film's mark carries, and the log that tells what they stand for.

The ID is the head of a SHA-256 over source, model, seeds and version: the same film rendered anew has
the same one. Where a mark is all that is left of a film, the log, on the machine that made it, still
says which film it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from scenelang.compiler.plan import Plan
from scenelang.runtime.errors import RenderError

LENGTH = 8  # bytes
_COLUMNS = "id, source, title, model, seeds, version, made"
MOST_NAMED = 2000  # of the log's latest films, tried by name where a mark is faint


@dataclass(frozen=True)
class Record:
    """One render, as the log and the credential tell it."""

    id: str  # 16 hexadecimal digits
    source: str  # SHA-256 of the canonical text
    title: str
    model: str
    seeds: tuple[tuple[str, int], ...]  # (shot, seed)
    version: str
    made: str = ""  # ISO 8601, UTC


def record_of(plan: Plan, model: str) -> Record:
    """What is to be told of this render; its ID belongs to these facts and no others."""
    seeds = tuple((s.id, s.seed) for s in plan.shots)
    made_of = [s.hash for s in plan.shots]  # imports and cameras of files count, too
    facts = json.dumps([plan.source, model, seeds, version("scenelang"), made_of], separators=(",", ":"))
    id = hashlib.sha256(facts.encode()).digest()[:LENGTH].hex()
    return Record(id, plan.source, plan.title, model, seeds, version("scenelang"))


def data_folder() -> Path:
    """Where scenelang keeps what it may not lose."""
    named = os.environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(named):
        return Path(named) / "scenelang"
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "scenelang"
    return Path.home() / ".local/share/scenelang"


class FilmLog:
    """The films made here, in a SQLite file of the user's."""

    def __init__(self, path: Path | None = None):
        self.path = path or data_folder() / "films.sqlite"

    def add(self, record: Record) -> None:
        """Raises `RenderError` where the log can't be written."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open() as base, base:
                base.execute(
                    f"insert into films ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?)",
                    (record.id, record.source, record.title, record.model, json.dumps(record.seeds),
                     record.version, record.made),
                )  # fmt: skip
        except (sqlite3.Error, OSError) as error:
            raise RenderError(
                f"the log of films {self.path} can't be written: {error}", "move the file away"
            ) from error

    def find(self, id: str) -> Record | None:
        """The latest render with this ID."""
        rows = self._rows(
            f"select {_COLUMNS} from films where id = ? order by rowid desc limit 1", (id,)
        )
        return next(rows, None)

    def latest(self, count: int = MOST_NAMED) -> list[Record]:
        """The latest renders, newest first, one of each ID."""
        return list(
            self._rows(
                f"select {_COLUMNS} from films where rowid in (select max(rowid) from films group by id) "
                "order by rowid desc limit ?",
                (count,),
            )
        )

    def _rows(self, query: str, values: tuple[object, ...]) -> Iterator[Record]:
        if not self.path.is_file():
            return
        try:
            with self._open() as base:
                for id, source, title, model, seeds, version, made in base.execute(query, values):
                    named = tuple((str(s), int(n)) for s, n in json.loads(seeds))
                    yield Record(id, source, title, model, named, version, made)
        except (sqlite3.Error, OSError, ValueError, TypeError):
            return  # a log that can't be read knows nothing

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=10)) as base:
            base.execute(
                "create table if not exists films (id text, source text, title text, model text, seeds text, "
                "version text, made text)"
            )
            base.execute("create index if not exists films_by_id on films (id)")
            yield base
