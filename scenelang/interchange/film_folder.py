"""A new film's folder: a small film that works, and what git needs to know of it."""

from __future__ import annotations

from contextlib import suppress
from importlib.resources import files
from pathlib import Path

from scenelang.interchange.reading import InterchangeError
from scenelang.runtime.output import atomic_path, explained

_TEMPLATES = "new_film"
_HIDDEN = ("gitignore", "gitattributes", "pre-commit-config.yaml")  # a dot in the folder, none here

# what has git show films in their canonical form, with the shot above each change
GIT_SETTINGS = (
    'git config diff.scenelang.textconv "scenelang textconv"',
    "git config diff.scenelang.xfuncname '^[ ]*((film|scene|shot) .*)$'",
)


def contents() -> dict[str, bytes]:
    """The files of a new film, by name."""
    templates = files("scenelang.interchange").joinpath(_TEMPLATES)
    return {
        f".{t.name}" if t.name in _HIDDEN else t.name: t.read_bytes()
        for t in sorted(templates.iterdir(), key=lambda t: t.name)
        if t.is_file()
    }


def make_folder(folder: Path) -> list[Path]:
    """Writes a new film into a folder, which is made if need be, and returns its files.

    Raises InterchangeError, with nothing written, where one of them is there already.
    """
    wanted = {folder / name: data for name, data in contents().items()}
    there = [path.name for path in wanted if path.exists() or path.is_symlink()]
    if folder.exists() and not folder.is_dir():
        raise InterchangeError(f"`{folder}` is a file, not a folder", "name another folder")
    if there:
        raise InterchangeError(
            f"`{folder}` has {', '.join(there)} already: nothing was written",
            "name a new folder, or move these files away",
        )
    written: list[Path] = []
    try:
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
        for path, data in wanted.items():
            with atomic_path(path) as temporary:
                temporary.write_bytes(data)
            written.append(path)
    except BaseException:
        for path in written:
            with suppress(OSError):
                path.unlink()
        raise
    return written
