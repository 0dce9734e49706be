"""What a planned shot is made of, seen from any camera: the animatic's depth and its subjects' places."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.previz.rays import perspective
from scenelang.runtime.previz.scene import camera, scene
from scenelang.runtime.previz.shade import look
from scenelang.runtime.previz.visibility import Samples

Floats = NDArray[np.float64]
Depth = NDArray[np.float32]  # [H, W] metres along the camera's axis, inf for the sky
Mask = NDArray[np.uint8]  # [H, W] the plan's subjects from 1, 0 for nobody


class Geometry:
    """The world of a shot. Nothing in it tells where the planned camera is, except `start`.

    The set is built as the plan asks; which camera then looks at it is the caller's choice.
    """

    def __init__(self, plan: Plan, shot: ShotPlan, width: int, height: int) -> None:
        self.width, self.height, self.frames = width, height, shot.frames
        self.shot = shot
        with torch.inference_mode():
            self._stage = scene(plan, shot, width / height)
        self._pixels = torch.arange(width * height)

    def start(self, number: int = 0) -> tuple[Floats, float]:
        """The plan's pose, camera to world [4, 4], and focal length in parts of the width where a take begins."""
        c2w_F44, focal_F = planned(self.shot)
        return c2w_F44[number], float(focal_F[number])

    def seen(self, frame: int, c2w: Floats, focal: float) -> tuple[Depth, Mask]:
        """Depth and subjects [H, W] of a frame's moment, from a camera c2w [4, 4] of a focal length."""
        k = np.diag([focal, focal * self.width / self.height, 1.0])
        k[:2, 2] = 0.5
        pose, intrinsics = (torch.from_numpy(m[None].astype(np.float32)) for m in (c2w, k))
        with torch.inference_mode():
            rays = perspective(pose, intrinsics, self.width, self.height)
            world = self._stage.world(rays, frame, frame + 1)
            view = look(world, Samples(self._pixels, torch.tensor([[0.5, 0.5]])))
            solids = world.solids
            mask = torch.where(view.row >= 0, solids.subject[view.row.clamp_min(0) % solids.count], 0)
        shape = (self.height, self.width)
        return view.t.view(shape).numpy(), mask.view(shape).to(torch.uint8).numpy()


def planned(shot: ShotPlan) -> tuple[Floats, Floats]:
    """The plan's camera: c2w [F, 4, 4] (OpenCV axes, metres) and focal lengths [F] in parts of the width."""
    c2w, k = camera(shot, 1.0)
    return c2w.numpy().astype(np.float64), k[:, 0, 0].numpy().astype(np.float64)
