"""Who is who in a long film, frame by frame, and how calm it is, both beside its animatic.

Identity is judged by colour: what the pixels of a person show (CIELAB, their mean) against what the animatic shows
there and then, whose light and whose side it is. That difference at first sight is the model's way to draw the
person; how far it is from that later on is `kept`. Calm is judged where no move of the camera asks for change:
pixels that stay in the animatic (`flicker`), and cells so coarse that detail is nothing in them (`unrest`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from bench.obedience.bodies import LEAST
from bench.obedience.checks import CALM
from bench.obedience.pictures import SIZE, Lab, grown, lab, shrunk
from numpy.typing import NDArray

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.edit import lay_out
from scenelang.runtime.previz.render import render_shot

Floats = NDArray[np.float64]
CELLS = (32, 18)  # across and down
ASKED = 0.02  # of the picture that must be calm for flicker to be asked for


@dataclass(frozen=True)
class Looks:
    """A shot's frames that no transition touches. By character, each a number for a frame, NaN where hardly any of it
    is seen: `drawn` [F, 3], take minus animatic; `apart` [F], 1 where it is nearer to its own look than to any
    other's who is in the picture, else 0. From the frame before: `flicker` [F], `unrest` [F], ΔE."""

    shot: str
    start: int  # of the first of these frames in the film
    drawn: dict[str, Floats]
    apart: dict[str, Floats]
    flicker: Floats
    unrest: Floats


def looks(plan: Plan, film: Path) -> Iterator[Looks]:
    """Of every shot, in the film's order."""
    starts = {entry.shot: entry.start for entry in plan.edit}
    frames = _frames(film)
    number = 0
    for clip in lay_out(plan):
        shot = plan.shot(clip.shot)
        first = max(clip.overlaps, clip.fade_in)
        stop = clip.frames - max(clip.overlapped, clip.fade_out)
        kept = []
        while number < starts[clip.shot] + stop:
            frame = next(frames)
            if number >= starts[clip.shot] + first:
                kept.append(frame)
            number += 1
        yield looked(plan, shot, range(first, stop), lab(np.stack(kept)), starts[clip.shot] + first)


def looked(plan: Plan, shot: ShotPlan, numbers: range, take: Lab, start: int) -> Looks:
    """`take` has these frames of the shot."""
    chunks = [*render_shot(plan, shot, *SIZE, passes=("clay", "mask"), frames=numbers)]
    planned = lab(np.concatenate([c.clay for c in chunks if c.clay is not None]))
    mask = np.concatenate([c.mask for c in chunks if c.mask is not None])
    ours, theirs = {}, {}
    for n, subject in enumerate(plan.subjects, 1):
        if subject.role == "character":
            where = mask == n
            core = shrunk(where, 1)
            seen = where.sum((1, 2)) >= LEAST
            ours[subject.id] = _means(take, core, seen)
            theirs[subject.id] = _means(planned, core, seen)
    drawn = {id: ours[id] - theirs[id] for id in ours}
    apart = {id: _apart(id, ours, theirs) for id in ours}
    return Looks(shot.id, start, drawn, apart, _flicker(take, planned), _unrest(take, planned))


def _means(film: Lab, where: NDArray[np.bool_], seen: NDArray[np.bool_]) -> Floats:
    found = np.full((len(film), 3), np.nan)
    for f in np.flatnonzero(seen & where.any((1, 2))):
        found[f] = film[f][where[f]].mean(0, dtype=np.float64)
    return found


def _apart(id: str, ours: dict[str, Floats], theirs: dict[str, Floats]) -> Floats:
    """By colour alone, without lightness: two people in one light."""
    others = [who for who in ours if who != id]
    own = np.linalg.norm((ours[id] - theirs[id])[:, 1:], axis=-1)
    found = np.full(len(own), np.nan)
    for who in others:
        other = np.linalg.norm((ours[id] - theirs[who])[:, 1:], axis=-1)
        both = ~np.isnan(own) & ~np.isnan(other)
        nearer = (own < other).astype(float)
        found[both] = np.fmin(nearer, found)[both]
    return found


def _flicker(take: Lab, planned: Lab) -> Floats:
    """As in the benchmark's checks, frame by frame."""
    change = np.linalg.norm(np.diff(planned, axis=0), axis=-1)
    calm = ~grown(change > CALM, 3)
    ours = np.linalg.norm(np.diff(take, axis=0), axis=-1)
    found = np.full(len(take), np.nan)
    for f in np.flatnonzero(calm.mean((1, 2)) >= ASKED):
        found[f + 1] = ours[f][calm[f]].mean()
    return found


def _unrest(take: Lab, planned: Lab) -> Floats:
    """What changes from one frame to the next and doesn't in the animatic, the mean over coarse cells."""
    ours, theirs = (
        np.diff([cv2.resize(f, CELLS, interpolation=cv2.INTER_AREA) for f in film], axis=0)
        for film in (take, planned)
    )
    off = np.linalg.norm(ours - theirs, axis=-1).mean((1, 2))
    return np.concatenate([[np.nan], off])


def kept(shots: list[Looks], id: str, first: int) -> Floats:
    """How far somebody is, in each frame of all shots, from how it was drawn in its `first` frames, ΔE."""
    drawn = np.concatenate([shot.drawn[id] for shot in shots])
    known = drawn[~np.isnan(drawn[:, 0])]
    return np.linalg.norm(drawn - known[:first].mean(0), axis=-1)


def _frames(film: Path) -> Iterator[NDArray[np.uint8]]:
    """One after the other, at SIZE."""
    with av.open(str(film)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            yield cv2.resize(frame.to_ndarray(format="rgb24"), SIZE, interpolation=cv2.INTER_AREA)
