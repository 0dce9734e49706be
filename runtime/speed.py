"""How long a render will take here: learned from what earlier ones took, else from a table, else unknown.

Each rendered shot leaves a row: how much work it was, by a few measures, and its seconds. Of the rows
of the same model on the same device, time is fitted as a sum of these measures, none of which may
count less than nothing; newer rows count more.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenelang.runtime.errors import OutputError
from scenelang.runtime.output import atomic_path

if TYPE_CHECKING:
    import numpy as np

    from scenelang.compiler.plan import Plan, ShotPlan
    from scenelang.runtime.backend import Backend, Native

FILE = "speeds.jsonl"
MOST_ROWS = 3000  # kept; at 200 bytes each
ROWS = 400  # of a model on a device that are looked at
FADES = 0.98  # how much less a row counts than the next one


@dataclass(frozen=True)
class KnownSpeed:
    """A published speed, in PFLOP a second, of models whose name begins with `model`."""

    model: str
    device: str  # a part of its name
    pflop_per_second: float
    source: str


# 2 x 1.68 PFLOP (81 frames of 832x480, with and without text) in 9.77 s
TABLE = (
    KnownSpeed(
        "wan", "H100", 0.344, "LightX2V's comparison: diffusers, Wan2.1 14B at 480p, 9.77 s a step"
    ),
)


@dataclass(frozen=True)
class Estimate:
    """Seconds of each shot that is to be rendered, and of the rest: loading, assembling, writing.

    None where it is not known. `source` says where it comes from."""

    shots: Mapping[str, float | None]
    rest: float | None
    source: str

    @property
    def total(self) -> float | None:
        parts = [*self.shots.values(), self.rest]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None


class Speeds:
    """The rows that renders left in a folder."""

    def __init__(self, folder: Path | None):
        self._path = folder / FILE if folder else None

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keeps rows; where that can't be, they are forgotten."""
        if self._path is None or not rows:
            return
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        with suppress(OSError, OutputError):
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(self._path, "ab", buffering=0) as file:  # one write: no other comes between
                file.write(lines.encode())
            if self._path.stat().st_size > MOST_ROWS * 200:
                kept = self._path.read_bytes().splitlines(keepends=True)[-MOST_ROWS // 2 :]
                with atomic_path(self._path) as part:
                    part.write_bytes(b"".join(kept))

    def rows(self, by: Mapping[str, str]) -> list[dict[str, Any]]:
        """The last rows of a model on a device; lines that are none are passed over."""
        found: list[dict[str, Any]] = []
        if self._path is not None:
            with suppress(OSError):
                for line in self._path.read_bytes().splitlines():
                    with suppress(ValueError):
                        row = json.loads(line)
                        if isinstance(row, dict) and by.items() <= row.items():
                            found.append(row)
        return found[-ROWS:]


def on(backend: Backend, device: str) -> dict[str, str]:
    """What speeds are told apart by: the model, its weights, and the device."""
    from scenelang.runtime.keys import identity_of

    weights = (identity_of(backend) or {}).get("weights", "")
    return {"model": backend.name, "weights": weights[:12], "device": device_name(device)}


def work_of(plan: Plan, shot: ShotPlan, native: Native, calls: int) -> list[float]:
    """Measures of the work that a shot is: one shot, denoiser calls, pixels that these and the backend's
    frames have, by how many bodies are in them, and pixels of the film (in millions)."""
    counts = {s.id: len(s.offsets) for s in plan.subjects}
    bodies = sum(counts.get(track.subject, 1) for track in shot.subjects)
    mega = native.width * native.height / 1e6
    frames = float(shot.frames / plan.rate * native.fps)
    film = shot.frames * plan.size[0] * plan.size[1] / 1e6
    air = sum(1 for p in shot.particles if max(p.density) > 0)
    return [
        1.0, float(calls), calls * mega, calls * mega * bodies, calls * mega * air,
        frames, frames * mega, frames * mega * bodies, film,
    ]  # fmt: skip


def estimate(
    speeds: Speeds,
    plan: Plan,
    backend: Backend,
    profile: str,
    device: str,
    shots: Sequence[str],
    kept: Sequence[str] = (),
) -> Estimate:
    """What rendering these shots, and assembling them with those that are `kept`, takes."""
    by = on(backend, device)
    rows = speeds.rows(by)
    native = backend.native(plan, profile)
    plans = {shot.id: shot for shot in plan.shots}
    work = {
        id: work_of(plan, plans[id], native, backend.denoiser_calls(plan, plans[id], profile))
        for id in shots
    }
    film = [sum(plans[id].frames for id in [*shots, *kept]) * plan.size[0] * plan.size[1] / 1e6]
    ends = [row for row in rows if row.get("what") == "film"]
    rest = _fitted([row["work"] for row in ends], [row["seconds"] for row in ends], [[1.0, *film]])
    loads = [row["seconds"] for row in rows if row.get("what") == "load"]
    if rest is not None and shots and loads:
        rest = [rest[0] + sorted(loads[-9:])[len(loads[-9:]) // 2]]
    if not shots:
        return Estimate({}, rest[0] if rest else None, "this machine's own renders")
    made = [row for row in rows if row.get("what") == "shot" and len(row["work"]) == len(work[shots[0]])]
    found = _fitted([r["work"] for r in made], [r["seconds"] for r in made], [work[id] for id in shots])
    if found is not None:
        return Estimate(dict(zip(shots, found)), rest[0] if rest else None, "this machine's own renders")
    return _of_table(plan, backend, profile, by, [plans[id] for id in shots])


def _of_table(
    plan: Plan, backend: Backend, profile: str, by: Mapping[str, str], shots: Sequence[ShotPlan]
) -> Estimate:
    for known in TABLE:
        if backend.name.startswith(known.model) and known.device.lower() in by["device"].lower():
            pflops = {shot.id: pflop_of(plan, shot, backend, profile) for shot in shots}
            seconds = {id: None if p is None else p / known.pflop_per_second for id, p in pflops.items()}
            return Estimate(seconds, 0.0, known.source)
    return Estimate({shot.id: None for shot in shots}, None, "nothing was rendered here yet")


def pflop_of(plan: Plan, shot: ShotPlan, backend: Backend, profile: str) -> float | None:
    """A shot's work in 10^15 floating point operations; None where the backend doesn't know."""
    count = getattr(backend, "pflop", None)
    return None if count is None else count(plan, shot, profile)


def device_name(device: str) -> str:
    """The device's name as its maker calls it; of a CPU with how many threads compute on it."""
    kind, _, number = device.partition(":")
    if kind == "cuda":
        with suppress(Exception):  # whatever a missing driver raises
            import torch

            return torch.cuda.get_device_name(int(number or 0))
    if kind == "cpu":
        threads = os.environ.get("OMP_NUM_THREADS") or str(os.cpu_count())
        return f"{_cpu()}, {threads} threads"
    return device


@cache
def _cpu() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _fitted(
    work: Sequence[Sequence[float]], seconds: Sequence[float], asked: Sequence[Sequence[float]]
) -> list[float] | None:
    """Seconds of what is asked, after a fit of the rows; None without rows."""
    if not work:
        return None
    import numpy as np

    a, y = np.array(work, float), np.maximum(np.array(seconds, float), 1e-4)
    weight = FADES ** np.arange(len(y))[::-1] / y  # errors count relative to the time itself
    scale = np.maximum(np.abs(a).max(axis=0), 1e-12)
    cost = _nonnegative(a / scale * weight[:, None], y * weight)
    return [float(max(0.0, row @ cost)) for row in np.array(asked, float) / scale]


def _nonnegative(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Least squares with no number below zero, by coordinate descent; a little ridge shares what can't be
    told apart."""
    import numpy as np

    gram = a.T @ a
    gram[np.diag_indices_from(gram)] += 1e-4 * max(float(np.trace(gram)) / len(gram), 1e-12)
    wanted = a.T @ b
    x = np.zeros(len(gram))
    for _ in range(1000):
        before = x.copy()
        for i in range(len(x)):
            x[i] = max(0.0, x[i] + (wanted[i] - gram[i] @ x) / gram[i, i])
        if np.abs(x - before).max() <= 1e-9 * max(1e-9, np.abs(x).max()):
            break
    return x
