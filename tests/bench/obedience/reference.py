"""What a film should show, from its plan: the animatic's pictures, depths and masks, and the planned camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from bench.obedience.films import Film
from bench.obedience.pictures import SIZE, Lab, lab
from numpy.typing import NDArray

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.previz.scene import camera

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Reference:
    """One shot of a film as it is planned; F frames, all pictures at SIZE."""

    film: Film
    plan: Plan
    shot: ShotPlan
    start: int  # the shot's first frame in the film
    lab: Lab
    mask: NDArray[np.uint8]  # [F, H, W] from 1: the plan's subjects; 0 nobody
    depth: Floats  # [F, H, W] metres, inf for the sky
    c2w: Floats  # [F, 4, 4]
    K: Floats  # [F, 3, 3] normalised

    @property
    def distance(self) -> float:
        """To what is seen, metres, typically."""
        finite = self.depth[0][np.isfinite(self.depth[0])]
        return max(0.5, float(np.median(finite))) if finite.size else 10.0

    @property
    def turn(self) -> float:
        """The most that the camera turns from its first frame, degrees."""
        cosine = (np.einsum("fij,ij->f", self.c2w[:, :3, :3], self.c2w[0, :3, :3]) - 1) / 2
        return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).max())

    @property
    def locked(self) -> bool:
        """The camera stands still, and the lens with it."""
        way = np.abs(self.c2w[:, :3, 3] - self.c2w[0, :3, 3]).max()
        return bool(self.turn < 0.2 and way < 0.02 and np.ptp(self.K[:, 0, 0]) < 0.01 * self.K[0, 0, 0])

    @property
    def stop(self) -> int:
        return self.start + self.shot.frames


def references(film: Film) -> list[Reference]:
    """One for each shot."""
    plan = film.plan
    starts = {entry.shot: entry.start for entry in plan.edit}
    return [_reference(film, plan, shot, starts[shot.id]) for shot in plan.shots]


def _reference(film: Film, plan: Plan, shot: ShotPlan, start: int) -> Reference:
    chunks = [*render_shot(plan, shot, *SIZE, passes=("clay", "mask", "depth"))]
    clay, mask, depth = (
        np.concatenate([getattr(c, name) for c in chunks]) for name in ("clay", "mask", "depth")
    )
    c2w, K = camera(shot, SIZE[0] / SIZE[1])
    return Reference(film, plan, shot, start, lab(clay), mask, depth, c2w.numpy(), K.numpy())
