"""The films of a group, judged: which of the group each take shows, and every check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from bench.obedience import checks, path
from bench.obedience.checks import Check
from bench.obedience.films import Film, groups
from bench.obedience.judge import Judge, Verdict
from bench.obedience.pictures import Lab, Pictures, lab
from bench.obedience.reference import Reference, references
from bench.obedience.shooting import alone

from scenelang.runtime.maquette.chunks import CLIP, KNOWN
from scenelang.runtime.measure.camera_errors import CameraErrors
from scenelang.runtime.measure.camera_motion import read_frames

STILLS = 3  # frames of a take that the page shows
STILL_SIZE = (192, 108)


@dataclass(frozen=True)
class Score:
    """One take. `error` is the camera's; `checks` are all questions beside the group's own."""

    group: str
    film: str
    verdict: Verdict
    error: CameraErrors
    checks: list[Check]

    @property
    def right(self) -> bool:
        return self.verdict.right

    @property
    def everything(self) -> bool:
        return self.right and all(check.right for check in self.checks)

    @property
    def wrong(self) -> list[str]:
        own = [] if self.right else [f"shows {self.verdict.found}"]
        return own + [check.name for check in self.checks if not check.right]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "right": self.right, "everything": self.everything, "wrong": self.wrong}


def score_all(
    takes: dict[str, Path],
    jobs: int,
    names: Sequence[str],
    wanted: set[str],
    tell: Callable[[], None],
) -> dict[str, list[Score]]:
    """The scores of several sets of takes, each in a folder, by the name of the set: of the films whose paths are
    `wanted`, one group at a time in each of `jobs` processes."""
    order = [group.name for group in groups() if group.name in names]
    found: dict[str, dict[str, list[Score]]] = {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=alone) as pool:
        waiting = {pool.submit(score_group, name, takes, wanted): name for name in order}
        for done in as_completed(waiting):
            found[waiting[done]] = done.result()
            tell()
    return {key: [s for name in order for s in found[name][key]] for key in takes}


def score_group(name: str, takes: dict[str, Path], wanted: set[str]) -> dict[str, list[Score]]:
    group = next(g for g in groups() if g.name == name)
    known = {film.name: references(film) for film in group.films}
    judge = Judge(group, known)
    films = [film for film in group.films if film.path in wanted]
    result = {}
    for key, folder in takes.items():
        result[key] = [
            score(judge, known[film.name], film, read_frames(folder / f"{film.path}.mp4"))
            for film in films
        ]
        for film in films:
            _stills(folder / f"{film.path}.mp4")
    return result


def score(judge: Judge, shots: list[Reference], film: Film, frames: Pictures) -> Score:
    first = shots[0]
    whole = lab(frames)
    takes = [whole[r.start : r.stop] for r in shots]
    seen = path.recovered(frames[first.start : first.stop], first)
    error = path.error(seen, first)
    verdict = judge.verdict(film.name, whole, seen)
    return Score(judge.group.name, film.name, verdict, error, [*_checks(takes, shots, error)])


def _checks(takes: list[Lab], shots: list[Reference], error: CameraErrors) -> Iterator[Check]:
    first, take = shots[0], takes[0]
    yield from checks.camera(error, first)
    for name, found in checks.subjects(take, first):
        yield from checks.of_subject(name, found)
    yield from checks.picture(take, first)
    if first.locked:
        yield from checks.atmosphere(take, first)
    yield from checks.flicker(take, first)
    yield from checks.identity(takes, shots, borders(shots))


def borders(shots: list[Reference]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where a clip of the bundled model ends and the next begins, and where a shot does: (shot, frame) of both
    sides. Models with other clips are asked at the same places."""
    found = []
    for s, shot in enumerate(shots):
        step = CLIP - KNOWN
        found += [((s, f - 1), (s, f)) for f in range(CLIP, shot.shot.frames, step)]
        if s + 1 < len(shots):
            found.append(((s, shot.shot.frames - 1), (s + 1, 0)))
    return found


def _stills(film: Path) -> None:
    """Some frames of a film beside it, as one picture for the page."""
    to = film.with_suffix(".jpg")
    if to.exists() and to.stat().st_mtime > film.stat().st_mtime:
        return
    frames = read_frames(film)
    chosen = np.linspace(0, len(frames) - 1, STILLS).round().astype(int)
    row = np.hstack([cv2.resize(frames[i], STILL_SIZE, interpolation=cv2.INTER_AREA) for i in chosen])
    cv2.imwrite(str(to), row[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 80])
