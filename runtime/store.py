"""What was rendered, kept on disk by what it was made from: takes, latents, embeddings.

An entry is a file of its own, named by its key, written under another name, synced and renamed:
it is there whole or not at all, whenever a process is killed. Its first line holds a digest of
the rest, so that damage is noticed. Nothing in it is ever executed or unpickled.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from scenelang.runtime.errors import RenderError
from scenelang.runtime.leftovers import owned, sweep

Kind = Literal["takes", "frames", "latents", "texts", "choices"]
KINDS: tuple[Kind, ...] = ("takes", "frames", "latents", "texts", "choices")
LIMIT = 20_000_000_000  # bytes
_HEAD = b"scenelang-store/1 "
_LINE = len(_HEAD) + 64 + 1


class DamagedEntry(RenderError):
    """An entry that isn't what was written."""

    def __init__(self, kind: Kind, key: str):
        super().__init__(f"the cache's entry {kind}/{key[:12]}… is damaged or lost", "render again")
        self.kind, self.key = kind, key


@dataclass
class Group:
    """Entries that are of use together: all files of one take, or one text."""

    bytes: int = 0
    used: float = 0.0  # seconds since the epoch
    files: list[Path] = field(default_factory=list)


class Store:
    """Entries in a folder that several processes may use at once.

    A key is a hash, perhaps with a part behind a dot: `3f…` and `3f….0002` are of one group,
    which is used, and thrown out, as a whole. Reading raises nothing but `DamagedEntry`; writing
    raises OSError where the disk takes no more.
    """

    def __init__(self, folder: Path, limit: int = LIMIT):
        self.folder = folder
        self.limit = limit
        self.opened = time.time()
        self._written = 0  # bytes, since the size was last looked at

    # One entry ------------------------------------------------------------------------------

    def path(self, kind: Kind, key: str) -> Path:
        return self.folder / kind / key[:2] / key

    def has(self, kind: Kind, key: str) -> bool:
        return self.path(kind, key).is_file()

    def get(self, kind: Kind, key: str) -> bytes | None:
        """The entry's content; None where there is none. Raises `DamagedEntry`."""
        try:
            data = self.path(kind, key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return None
        except OSError as error:
            raise DamagedEntry(kind, key) from error
        if data[:_LINE] != _line(kind, key, memoryview(data)[_LINE:]):
            raise DamagedEntry(kind, key)
        return data[_LINE:]

    def put(self, kind: Kind, key: str, data: bytes) -> None:
        """Keeps an entry; it is there for all processes when this returns. Raises OSError."""
        path = self.path(kind, key)
        work = self.folder / "work"
        for folder in (work, path.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = work / owned(key, ".part")
        try:
            with open(part, "xb") as out:
                out.write(_line(kind, key, data))
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.replace(part, path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        _sync_folder(path.parent)
        self._written += len(data)
        if self._written > self.limit // 10:
            self.prune()

    def use(self, kind: Kind, key: str) -> None:
        """Notes that the entry was of use: what was not for longest goes first."""
        with suppress(OSError):
            os.utime(self.path(kind, key))

    def drop(self, key: str) -> None:
        """Takes out all entries of the key's group, those that others rest on last."""
        stem = key.partition(".")[0]
        for kind in KINDS:
            folder = self.path(kind, stem).parent
            with suppress(OSError):
                for path in folder.glob(f"{stem}*"):
                    path.unlink(missing_ok=True)

    # Several processes ----------------------------------------------------------------------

    @contextmanager
    def locked(self, key: str) -> Iterator[bool]:
        """Whether this process alone works on the key inside the block; False: another one does.

        The lock ends with its process, however that ends. Where none can be made, on a disk that
        can't be written, True.
        """
        try:
            (self.folder / "locks").mkdir(parents=True, exist_ok=True, mode=0o700)
            # few files, which stay: to remove a lock's file is to lose locks
            lock = FileLock(self.folder / "locks" / key[:3], timeout=0)
            lock.acquire()
        except Timeout:
            yield False
            return
        except OSError:
            yield True
            return
        try:
            yield True
        finally:
            lock.release()

    # All entries ----------------------------------------------------------------------------

    def groups(self) -> dict[tuple[Kind, str], Group]:
        """What there is, by the kind that it is for and its stem: takes with their frames and latents."""
        found: dict[tuple[Kind, str], Group] = {}
        for kind in KINDS:
            for path, size, used in _files(self.folder / kind):
                owner: Kind = "takes" if kind in ("frames", "latents") else kind
                group = found.setdefault((owner, path.name.partition(".")[0]), Group())
                group.bytes += size
                group.used = max(group.used, used)
                group.files.append(path)
        return found

    def prune(self, limit: int | None = None) -> tuple[int, int]:
        """Throws out what was of no use for longest until `limit` bytes (its own) hold the rest.

        What was used since this store was opened stays, unless a limit is given. Also removes what
        killed processes left. Returns how many groups went, and their bytes.
        """
        with suppress(OSError):
            sweep((self.folder / "work").iterdir())
        self._written = 0
        most = self.limit if limit is None else limit
        groups = self.groups()
        size = sum(group.bytes for group in groups.values())
        count = freed = 0
        for (_, stem), group in sorted(groups.items(), key=lambda item: item[1].used):
            if size - freed <= most or (limit is None and group.used >= self.opened):
                break
            with self.locked(stem) as alone:
                if not alone:
                    continue
                self.drop(stem)
            count, freed = count + 1, freed + group.bytes
        return count, freed

    def damaged(self) -> Iterator[DamagedEntry]:
        """Reads everything and tells what isn't as it was written."""
        for kind in KINDS:
            for path, _, _ in list(_files(self.folder / kind)):
                try:
                    self.get(kind, path.name)
                except DamagedEntry as error:
                    yield error


def _files(folder: Path) -> Iterator[tuple[Path, int, float]]:
    try:
        shelves = [entry.path for entry in os.scandir(folder)]
    except OSError:
        return
    for shelf in shelves:
        with suppress(OSError):
            for entry in os.scandir(shelf):
                with suppress(OSError):
                    found = entry.stat()
                    yield Path(entry.path), found.st_size, found.st_mtime


def _line(kind: Kind, key: str, data: bytes | memoryview) -> bytes:
    """The first line: a digest of what the entry is and holds."""
    digest = hashlib.sha256(f"{kind}/{key}\n".encode())
    digest.update(data)
    return _HEAD + digest.hexdigest().encode() + b"\n"


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems can't
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
