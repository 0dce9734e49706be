"""Temporary files that say who writes them, so that what a killed process left is found and removed."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path

# host, process, and a random part
_OWNER = re.compile(r"\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.")


def owned(name: str, suffix: str) -> str:
    """The name of a temporary file of this process; the suffix comes last, since encoders go by it."""
    owner = _OWNER.search(name)
    if owner:  # a temporary file's own is found where its target's are
        name = name[1 : owner.start()]
    return f".{name}.{_host()}-{os.getpid()}-{secrets.token_hex(4)}{suffix}"


def sweep(files: Iterable[Path]) -> int:
    """Removes those of these files and folders whose process, on this machine, is no more; how many."""
    gone = 0
    for path in files:
        if not _is_left(path.name):
            continue
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
            gone += 1
    return gone


def _is_left(name: str) -> bool:
    owner = _OWNER.search(name)
    if owner is None or owner[1] != _host() or os.name == "nt":
        return False
    try:
        os.kill(int(owner[2]), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's process
        return False
    return False


@cache
def _host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]
