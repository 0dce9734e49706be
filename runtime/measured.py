"""What was found in takes of what their shots `expect`, kept beside them in the store.

A render measures the finished film; whoever looks at the film later is told the same again, without seconds of
measuring a shot. It goes with its take: another take, or none any more, and nothing is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict

from scenelang.compiler.plan import ShotPlan
from scenelang.runtime.events import Checked
from scenelang.runtime.keys import TakeKey
from scenelang.runtime.store import DamagedEntry, Store


def keep_measured(store: Store, keys: Mapping[str, TakeKey], found: Iterable[Checked]) -> None:
    """Keeps what was found, by shot, beside takes that are in the store; where that can't be, it is forgotten."""
    by_shot: dict[str, list[Checked]] = {}
    for row in found:
        by_shot.setdefault(row.shot, []).append(row)
    for shot, rows in by_shot.items():
        key = keys[shot].take if shot in keys else None
        if key is not None and store.has("takes", key):
            known = _known(store, key) | {(row.what, row.expected): row for row in rows}
            data = [asdict(row) for row in known.values()]
            with suppress(OSError):
                store.put("takes", _entry(key), json.dumps(data).encode())


def measured(store: Store | None, key: TakeKey | None, shot: ShotPlan) -> list[Checked | None]:
    """For each expectation of the shot what was found in this take of it; None where it wasn't measured."""
    if not shot.expect or store is None or key is None:
        return [None] * len(shot.expect)
    known = _known(store, key.take)
    return [known.get((what, expected)) for what, expected in shot.expect]


def when_measured(store: Store, key: str) -> int:
    """A number that is another one when the take was measured again; 0 before it was."""
    with suppress(OSError):
        return store.path("takes", _entry(key)).stat().st_mtime_ns
    return 0


def _known(store: Store, key: str) -> dict[tuple[str, str], Checked]:
    try:
        data = store.get("takes", _entry(key)) if store.has("takes", key) else None
        rows = [Checked(**row) for row in json.loads(data)] if data is not None else []
    except (DamagedEntry, ValueError, TypeError):  # another release may keep something else
        return {}
    return {(row.what, row.expected): row for row in rows}


def _entry(key: str) -> str:
    return f"{key}.expect"
