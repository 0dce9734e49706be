"""`scenelang.lock`: which weights a project's films are rendered with, so that next year the same are taken.

It holds for all films of the project and is written by itself; a film's own lock (filmlock.py) is asked for.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from scenelang.runtime.checkpoint import ModelError
from scenelang.runtime.errors import OutputError
from scenelang.runtime.output import atomic_path
from scenelang.runtime.source import Source

FILE = "scenelang.lock"
SCHEMA = "scenelang.pins/1"
SAMPLE, SAMPLES = 65536, 16  # bytes of a file that are read at once, and how often


def read_lock(project: Path | None) -> dict[str, Any]:
    """The table `models` of a project's lock; empty where there is none. Raises ModelError for a broken file."""
    file = project / FILE if project else None
    if file is None or not file.is_file():
        return {}
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        return dict(document["models"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{file} can't be read: {error}", "restore it from your history, or remove it"
        ) from None


def locked_revision(project: Path | None, hub_id: str) -> str:
    """The commit that a project's films are rendered with; empty where none is recorded."""
    found = read_lock(project).get(hub_id, {})
    return str(found.get("revision", "")) if isinstance(found, dict) else ""


def record(source: Source) -> None:
    """Writes the commit of a model and of its base, or for a folder what its files are, into the project's lock."""
    if source.project is None:
        return
    from scenelang.runtime.models import base_of

    models = read_lock(source.project)
    new = dict(models)
    for each in (source, base_of(source)) if source.model.base else (source,):
        entry = {"revision": each.revision} if each.revision else {"files": fingerprint(each.folder)}
        new[each.hub_id or _key(each, source.project)] = entry
    if new == models:
        return
    document = {"schema": SCHEMA, "models": dict(sorted(new.items()))}
    try:
        with atomic_path(source.project / FILE) as temporary:
            temporary.write_text(
                json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
    except OutputError as error:
        raise ModelError(f"{FILE} can't be written: {error.message}", error.hint) from error


def _key(source: Source, project: Path) -> str:
    """A folder's name in the lock: nothing of where it lies outside the project."""
    if source.name in source.settings.models:
        return source.name
    folder = source.folder.resolve()
    inside = folder.is_relative_to(project.resolve())
    return folder.relative_to(project.resolve()).as_posix() if inside else folder.name


def fingerprint(folder: Path) -> str:
    """SHA-256 of the names and sizes of a folder's files and of sixteen samples of 64 KB from each: other weights
    have another one, and hundreds of gigabytes need not be read."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        size = path.stat().st_size
        total.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        last = max(0, size - SAMPLE)
        with path.open("rb") as stream:
            for place in sorted({last * n // (SAMPLES - 1) for n in range(SAMPLES)}):
                stream.seek(place)
                total.update(stream.read(SAMPLE))
    return total.hexdigest()
