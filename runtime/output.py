"""Writes results whole or not at all: to a temporary name beside the target, then renamed.

Whatever happens in between, an error or Ctrl-C, the temporary file goes and the film that was
there before stays.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Literal

from scenelang.runtime.errors import OutputError
from scenelang.runtime.leftovers import owned, sweep

FILM_SUFFIXES = (".mp4", ".mov", ".gif")
SUPPORTED = "a film is written as .mp4, .mov or .gif, or as numbered pictures into a folder (`frames/`)"
_NUMBERED = re.compile(r"\d+\.png")


@dataclass(frozen=True)
class Target:
    """Where a film goes: a file, or a folder of numbered pictures."""

    path: Path
    kind: Literal["file", "folder"]

    @property
    def captions(self) -> Path:
        """The caption file that belongs to it: FILE.srt, beside it."""
        return self.path.with_suffix(".srt") if self.kind == "file" else Path(f"{self.path}.srt")


def parse_target(output: str | Path) -> Target:
    """What an output names: `film.mp4`; or `frames/`, `frames/%06d.png`, `frames.png` for pictures.

    Raises `OutputError` for anything else.
    """
    text, path = str(output), Path(output)
    if text.endswith("/"):
        return Target(path, "folder")
    if path.suffix.lower() in FILM_SUFFIXES:
        return Target(path, "file")
    if path.suffix.lower() == ".png":
        if "%" not in path.name:
            return Target(path.with_suffix(""), "folder")
        if path.name == "%06d.png" and path.parent.name:
            return Target(path.parent, "folder")
        raise OutputError(f"can't write pictures to {path}", "name a folder for them, `frames/%06d.png`")
    if path.is_dir():
        return Target(path, "folder")
    what = f"files of type {path.suffix}" if path.suffix else f"{path}, which has no suffix"
    raise OutputError(f"can't write {what}", SUPPORTED)


def check_writable(target: Target) -> None:
    """Makes the folders that the target needs and tries that a file can be written there.

    Raises `OutputError`, so that nobody waits for a render that can't be saved.
    """
    path = target.path.resolve()
    if target.kind == "file" and path.is_dir():
        raise OutputError(f"{target.path} is a folder", f"name a file in it, {target.path}/film.mp4")
    with explained(path):
        if target.kind == "folder":
            _refuse_to_replace(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        sweep(path.parent.glob(f".{escape(path.stem)}*"))  # what a killed render left
        trial = _beside(path, ".trial")
        try:
            trial.write_bytes(b"\0" * 4096)
        finally:
            trial.unlink(missing_ok=True)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """A temporary file beside the target, which becomes the target if the block succeeds.

    Raises `OutputError` where the file can't be made or renamed.
    """
    target = target.resolve()  # a link to a film stays a link
    part = _beside(target, f".part{target.suffix}")
    try:
        with explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            part.touch(exist_ok=False)
            if target.exists():
                shutil.copymode(target, part)
            mode = part.stat().st_mode
        yield part
        with explained(target):
            part.chmod(mode)  # a library may have made the file anew, for its user alone
            _sync(part)
            os.replace(part, target)
            _sync(target.parent)
    finally:
        with suppress(OSError):  # no folder to take it from, where one couldn't be made
            part.unlink(missing_ok=True)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """A temporary folder beside the target, which becomes the target if the block succeeds.

    A folder of numbered pictures, an earlier output, is replaced; any other that isn't empty
    is refused with `OutputError`, before the block and again after it.
    """
    target = target.resolve()
    part, old = _beside(target, ".part"), _beside(target, ".old")
    try:
        with explained(target):
            _refuse_to_replace(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            part.mkdir()
        yield part
        with explained(target):
            for file in [*part.iterdir(), part]:
                _sync(file)
            _refuse_to_replace(target)
            _swap(part, target, old)
            _sync(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def _swap(part: Path, target: Path, old: Path) -> None:
    if target.exists():
        os.rename(target, old)
    try:
        os.rename(part, target)
    except BaseException:
        if old.exists():
            os.rename(old, target)
        raise


def _refuse_to_replace(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(
            f"{folder} is a file, not a folder", "name another folder, or move the file away"
        )
    foreign = [p for p in folder.iterdir() if not _ours(p)] if folder.exists() else []
    if foreign:
        raise OutputError(
            f"{folder} holds other files, such as {min(foreign).name}", "name a new or an empty folder"
        )


def _ours(path: Path) -> bool:
    return bool(_NUMBERED.fullmatch(path.name)) and path.is_file() and not path.is_symlink()


def _beside(target: Path, suffix: str) -> Path:
    # The suffix of the target comes last, since encoders go by it.
    return target.with_name(owned(target.name, suffix))


def _sync(path: Path) -> None:
    """Has the disk hold the file, or the names in the folder, before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems can't sync a folder
            raise
    finally:
        os.close(descriptor)


_NEXT = {
    errno.ENOSPC: ("the disk is full", "free some space, or name a file on another disk"),
    errno.EDQUOT: (
        "the quota of this disk is used up",
        "free some space, or name a file on another disk",
    ),
    errno.EFBIG: ("the file gets larger than is allowed here", "name a file on another disk"),
    errno.EACCES: ("permission is denied", "name a folder that you may write to"),
    errno.EPERM: ("permission is denied", "name a folder that you may write to"),
    errno.EROFS: ("the disk is read-only", "name a file on another disk"),
    errno.ENOTDIR: ("a part of its path is a file, not a folder", "name a folder that exists"),
    errno.EEXIST: ("a part of its path is a file, not a folder", "name a folder that exists"),
    errno.ENOENT: ("its folder can't be made", "name a folder that exists"),
    errno.ENAMETOOLONG: ("its name is too long", "choose a shorter one"),
    errno.EIO: ("the disk doesn't answer properly", "name a file on another disk"),
}


def reason(error: OSError) -> str:
    """Why the file system refuses, in words."""
    return _NEXT.get(error.errno or 0, (error.strerror or str(error), ""))[0]


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Errors of the file system as `OutputError` with what to do next."""
    try:
        yield
    except OSError as error:
        what_next = _NEXT.get(error.errno or 0, ("", "name another file"))[1]
        why = reason(error)
        raise OutputError(f"can't write {target}: {why}", what_next) from error
