"""The folder that remembers between runs: the user's own, and nobody else's to write."""

from __future__ import annotations

import os
import stat
import sys


def cache_folder() -> str | None:
    """The folder, made if need be; None where there can't be one that only its user can write."""
    try:
        path = os.path.join(_caches(), "scenelang")
        os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    if not stat.S_ISDIR(found.st_mode):
        return None
    if os.name != "nt" and (found.st_uid != os.geteuid() or found.st_mode & 0o077):
        return None
    return path


def _caches() -> str:
    """Where the system keeps what can be made again."""
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    if os.name == "nt":
        return os.environ.get("LOCALAPPDATA") or os.path.expanduser("~/AppData/Local")
    named = os.environ.get("XDG_CACHE_HOME", "")
    return named if os.path.isabs(named) else os.path.expanduser("~/.cache")
