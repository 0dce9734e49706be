"""Runs in a process of its own and says what it did to the world: used by the tests of hostile input.

`python audited.py FOLDER ARGUMENTS…` runs `scenelang ARGUMENTS…`. A connection, another program, a pickle, or
a write outside of FOLDER and the user folders raises where it happens, and is printed as `FORBIDDEN …`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MOVES = {
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.mkdir",
    "os.symlink",
    "os.link",
    "os.truncate",
    "shutil.rmtree",
}
NEVER = {
    "socket.connect", "socket.sendto", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen", "os.system",
    "os.exec", "os.posix_spawn", "os.fork", "pickle.find_class", "os.chown",
}  # fmt: skip


class Watch:
    """An audit hook; `told` are the forbidden things that happened."""

    def __init__(self, allowed: Iterable[str]):
        self.allowed = tuple(os.path.realpath(a) for a in allowed)
        self.told: list[str] = []
        self.on = True

    def __call__(self, event: str, args: tuple[object, ...]) -> None:
        if not self.on:
            return
        if event in NEVER:
            self._forbid(f"{event} {args!r:.200}")
        elif event == "open" and len(args) == 3:
            path, mode, flags = args
            writes = (isinstance(flags, int) and flags & WRITES) or (
                isinstance(mode, str) and set(mode) & set("wax+")
            )
            if writes and isinstance(path, str | bytes | os.PathLike):
                self._inside(event, path)
        elif event in MOVES and args:
            # a name may be relative to an open folder, which `os.remove` and `os.rmdir` tell second
            inside = args[1] if event in ("os.remove", "os.rmdir") else None
            folder = _folder_of(inside) if isinstance(inside, int) and inside >= 0 else ""
            for path in args[:2]:
                if isinstance(path, str | bytes | os.PathLike):
                    self._inside(event, os.path.join(folder, os.fsdecode(path)))

    def _inside(self, event: str, path: str | bytes | os.PathLike[str]) -> None:
        where = os.path.realpath(os.fsdecode(path))
        if where != os.devnull and not any(
            where == a or where.startswith(a + os.sep) for a in self.allowed
        ):
            self._forbid(f"{event} {where}")

    def _forbid(self, what: str) -> None:
        self.told.append(what)
        print(f"FORBIDDEN {what}", file=sys.stderr)
        raise PermissionError(what)


def _folder_of(descriptor: int) -> str:
    """The path of an open folder, where the system tells it."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return ""


def main() -> None:
    folder, *arguments = sys.argv[1:]
    sys.dont_write_bytecode = True
    homes = [os.environ[name] for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")]
    sys.argv = ["scenelang", *arguments]
    from scenelang.cli import main as run

    sys.addaudithook(Watch([folder, *homes]))
    run()


if __name__ == "__main__":
    main()
