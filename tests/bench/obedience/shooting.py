"""Renders the films of the benchmark through the whole pipeline, several at a time; what is there is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import cv2
import torch
from bench.obedience.films import Film

from scenelang.compiler.pipeline import analyse
from scenelang.grammar.parse import parse
from scenelang.runtime.backend import Backend
from scenelang.runtime.maquette.cues import GROUPS
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend


@dataclass(frozen=True)
class Camera:
    """Who makes the films: a model's name or folder, its profile, and what is other than usual: cues that are dropped,
    guidance, one text for all segments of a shot."""

    model: str
    profile: str = "final"
    drop: tuple[str, ...] = ()
    device: str = "cpu"
    guidance: float | None = None
    one_text: bool = False

    def backend(self) -> Backend:
        made = load_backend(self.model)
        for name in ("drop", "guidance", "one_text"):
            if getattr(self, name):
                setattr(made, name, getattr(self, name))
        if self.model == ANIMATIC.model:
            made.shutter = 0.0  # type: ignore[attr-defined]  # nothing else smears what moves
        return made

    def mark(self) -> str:
        """Of the model as it is now: other weights, and other code, make other films."""
        return f"{self.backend().identity()} {self.profile}"


ANIMATIC = Camera("previz")
_loaded: dict[Camera, Backend] = {}


def floor_of(camera: Camera) -> Camera:
    """The same model without any cue: what it draws when nothing is asked of it."""
    return replace(camera, drop=GROUPS)


def ablated(camera: Camera) -> dict[str, Camera]:
    """The same model without each group of cues, with one text for all of a shot, and with guidance."""
    without = {f"no {group}": replace(camera, drop=(group,)) for group in GROUPS}
    return {
        **without,
        "one text": replace(camera, one_text=True),
        "guidance 2": replace(camera, guidance=2.0),
    }


def shoot(
    camera: Camera, films: Iterable[Film], folder: Path, jobs: int, tell: Callable[[], None]
) -> None:
    """Every film as an mp4 in the folder, beside a line that says how long it took. `tell` hears of each."""
    mark = camera.mark()
    waiting = []
    for film in films:
        if _key(folder / f"{film.path}.json") == _wanted(film, mark):
            tell()
        else:
            waiting.append(film)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=alone) as pool:
        for done in as_completed([pool.submit(_one, camera, mark, film, folder) for film in waiting]):
            done.result()
            tell()


def alone() -> None:
    """Keeps a process to one thread: as many as there are cores run side by side."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def _wanted(film: Film, mark: str) -> str:
    return hashlib.sha256(f"{mark}{film.text}".encode()).hexdigest()


def _key(path: Path) -> str | None:
    return str(json.loads(path.read_text())["key"]) if path.exists() else None


def _one(camera: Camera, mark: str, film: Film, folder: Path) -> None:
    if camera not in _loaded:
        _loaded[camera] = camera.backend()
    backend = _loaded[camera]
    plan = analyse(*parse(film.text, "film.scene")).plan
    assert plan is not None
    path = folder / f"{film.path}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    begun = perf_counter()
    for _ in render_film(plan, backend, output=path, profile=camera.profile, device=camera.device):
        pass
    calls = sum(backend.denoiser_calls(plan, shot, camera.profile) for shot in plan.shots)
    line = {"key": _wanted(film, mark), "seconds": round(perf_counter() - begun, 3), "calls": calls}
    path.with_suffix(".json").write_text(json.dumps(line) + "\n", encoding="utf-8")
