"""`film.lock`: everything that a film's frames rest on, so that the same film renders again next year."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Backend
from scenelang.runtime.errors import RenderError
from scenelang.runtime.keys import identity_of, reference_hashes, take_keys, versions
from scenelang.runtime.output import atomic_path
from scenelang.runtime.speed import device_name

SCHEMA = "scenelang.lock/1"
_PACKAGE = sys.modules["scenelang"]  # importing it by name would, for linters, import the whole API


class LockError(RenderError):
    """A lock that can't be read, or made."""


def lock_path(film: str | Path) -> Path:
    """`film.lock` beside `film.scene`."""
    return Path(film).with_suffix(".lock")


def lock_of(plan: Plan, backend: Backend, profile: str, device: str, project: Path) -> dict[str, Any]:
    """The lock of a render as it would be now. Raises LockError where the backend can't be locked."""
    identity = identity_of(backend)
    keys = take_keys(plan, backend, profile, device, project)
    if identity is None or keys is None:
        raise LockError(f"{backend.name} can't be locked: it doesn't say what its frames depend on")
    return {
        "schema": SCHEMA,
        "film": plan.source,
        "size": list(plan.size),
        "fps": plan.fps,
        "model": identity,
        "profile": profile,
        "device": device_name(device),
        "versions": {"scenelang": _PACKAGE.__version__, **versions()},
        "pictures": reference_hashes(plan, project),
        "shots": {shot.id: {"seed": shot.seed, "take": keys[shot.id].take} for shot in plan.shots},
    }


def read_lock(path: Path) -> dict[str, Any] | None:
    """The lock that was written, None where there is none. Raises LockError for a file that is no lock."""
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(lock, dict) or lock.get("schema") != SCHEMA:
            raise ValueError(f"it isn't of the schema {SCHEMA}")
        tables = [lock.get(key) or {} for key in ("model", "versions", "pictures", "shots")]
        shots = tables[-1].values() if isinstance(tables[-1], dict) else ()
        if not all(isinstance(table, dict) for table in (*tables, *shots)):
            raise ValueError("model, versions, pictures, shots and each shot are tables")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LockError(f"{path} can't be read: {error}", "write it anew with `--lock`") from error
    return lock


def write_lock(path: Path, lock: Mapping[str, Any]) -> None:
    """Raises OutputError."""
    with atomic_path(path) as part:
        part.write_text(json.dumps(lock, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def drift(locked: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is another than it was locked, in words."""
    found = []
    for what in ("size", "fps", "profile", "device"):
        if locked.get(what) != now[what]:
            found.append(f"{what}: {_said(locked.get(what))}, now {_said(now[what])}")
    for what in ("model", "versions", "pictures"):
        was = locked.get(what) or {}
        for name in sorted({*was, *now[what]}):
            if was.get(name) != now[what].get(name):
                found.append(f"{what} {name}: {_said(was.get(name))}, now {_said(now[what].get(name))}")
    told = bool(found)  # why shots changed
    was = locked.get("shots") or {}
    for name in sorted({*was, *now["shots"]}):
        a, b = was.get(name), now["shots"].get(name)
        if a is None or b is None:
            found.append(f"shot {name}: {'new' if a is None else 'gone'}")
        elif a.get("seed") != b["seed"]:
            found.append(f"shot {name}: seed {a.get('seed')}, now {b['seed']}")
        elif a != b and not told:
            found.append(f"shot {name}: changed")
    return found


def _said(value: object) -> str:
    text = str(value) if value not in (None, "") else "nothing"
    return f"{text[:12]}…" if len(text) == 64 else text
