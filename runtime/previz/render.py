"""A shot of the Plan as pictures: clay, depth, mask and normals, a few frames at a time.

set the stage -> cast rays -> shade -> smooth the edges -> draw what drifts -> develop
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray
from torch import Tensor

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.previz.light import developed, squeezed
from scenelang.runtime.previz.rays import perspective
from scenelang.runtime.previz.scene import Scene, scene
from scenelang.runtime.previz.shade import World, look, shade
from scenelang.runtime.previz.splat import splat
from scenelang.runtime.previz.visibility import Samples

PASSES = ("clay", "depth", "mask", "normal")
# pixels that are worked on together: small enough for a processor's cache
PIXELS = {"cpu": 300_000, "cuda": 12_000_000}
# four points in a pixel for its edges, on a turned square
_CORNERS = ((0.375, 0.125), (0.875, 0.375), (0.625, 0.875), (0.125, 0.625))


@dataclass(frozen=True)
class Passes:
    """The passes of frames [start, stop); those that were not asked for are None.

    Depth is along the camera's axis; the mask counts the plan's subjects from 1, 0 is nobody;
    normals are unit vectors in the world's axes, 0 for the sky.
    """

    start: int
    stop: int
    clay: NDArray[np.uint8] | None = None  # [F, H, W, 3] sRGB
    depth: NDArray[np.float32] | None = None  # [F, H, W] metres; inf for the sky
    mask: NDArray[np.uint8] | None = None  # [F, H, W]
    normal: NDArray[np.float32] | None = None  # [F, H, W, 3]


def render_shot(
    plan: Plan,
    shot: ShotPlan,
    width: int,
    height: int,
    frames: range | None = None,
    passes: Sequence[str] = ("clay",),
    device: torch.device | str = "cpu",
    smooth: bool = True,
    c2w: Tensor | None = None,
    intrinsics: Tensor | None = None,
) -> Iterator[Passes]:
    """The frames of a shot in order, some at a time, so that memory stays bounded.

    `c2w` [F, 4, 4] and `intrinsics` [F, 3, 3] (normalised by width and height), one for each of
    the shot's frames, take the place of the plan's camera. `smooth` takes four samples more
    at the edges of solids. The same plan gives the same pictures, whatever the chunks.
    Raises ValueError for an unknown pass, an empty size, or frames outside the shot.
    """
    unknown = set(passes) - set(PASSES)
    if unknown:
        raise ValueError(
            f"no pass is called {', '.join(sorted(unknown))}: choose from {', '.join(PASSES)}"
        )
    if width < 2 or height < 2:
        raise ValueError(f"a picture of {width}x{height} pixels is too small: give at least 2x2")
    chosen = frames if frames is not None else range(shot.frames)
    if len(chosen) and (chosen.step != 1 or chosen.start < 0 or chosen.stop > shot.frames):
        raise ValueError(f"frames {chosen} are not a run within the shot's {shot.frames}")
    kind = torch.device(device).type
    count = max(1, PIXELS.get(kind, PIXELS["cuda"]) // (width * height))
    with torch.inference_mode():
        stage = scene(plan, shot, width / height, device, c2w, intrinsics)
        for start in range(chosen.start, chosen.stop, count):
            yield _chunk(stage, width, height, start, min(chosen.stop, start + count), passes, smooth)


def _chunk(
    stage: Scene, width: int, height: int, start: int, stop: int, passes: Sequence[str], smooth: bool
) -> Passes:
    rays = perspective(stage.c2w[start:stop], stage.intrinsics[start:stop], width, height)
    world = stage.world(rays, start, stop)
    count = stop - start
    pixels = torch.arange(count * height * width, device=stage.device)
    view = look(world, Samples(pixels, torch.tensor([[0.5, 0.5]], device=stage.device)))
    result = Passes(start, stop)
    shape = (count, height, width)
    subject = world.solids.subject
    if "depth" in passes:
        result = replace(result, depth=view.t.view(shape).cpu().numpy())
    if "mask" in passes:
        mask = torch.where(view.row >= 0, subject[view.row.clamp_min(0) % world.solids.count], 0)
        result = replace(result, mask=mask.view(shape).to(torch.uint8).cpu().numpy())
    if "clay" not in passes and "normal" not in passes:
        return result
    colour, normal = shade(world, view)
    if "normal" in passes:
        result = replace(result, normal=normal.view(3, *shape).permute(1, 2, 3, 0).cpu().numpy())
    if "clay" not in passes:
        return result
    if smooth:
        _smooth(world, colour, view.row, view.thing, shape)
    for cloud in stage.clouds(world, start, stop):
        colour = splat(colour, view.t, rays, cloud)
    colour = _bloom(colour, shape)
    clay = developed(colour).view(3, *shape).permute(1, 2, 3, 0).contiguous()
    return replace(result, clay=clay.cpu().numpy())


def _smooth(
    world: World, colour: Tensor, row: Tensor, thing: Tensor, shape: tuple[int, int, int]
) -> None:
    """Replace the colours [3, P] of pixels on the edge of a solid by the mean of four samples."""
    what = torch.where(row >= 0, row % world.solids.count, -1 - thing).view(shape)
    edge = torch.zeros(shape, dtype=torch.bool, device=row.device)
    for axis in (1, 2):
        if shape[axis] < 2:
            continue
        differ = what.narrow(axis, 1, shape[axis] - 1) != what.narrow(axis, 0, shape[axis] - 1)
        edge.narrow(axis, 1, shape[axis] - 1).logical_or_(differ)
        edge.narrow(axis, 0, shape[axis] - 1).logical_or_(differ)
    pixel = edge.view(-1).nonzero()[:, 0]
    if pixel.numel() == 0:
        return
    corners = torch.tensor(_CORNERS, device=row.device)
    slot = torch.full((row.shape[0],), -1, dtype=torch.int64, device=row.device)
    slot[pixel] = torch.arange(pixel.shape[0], device=row.device) * len(_CORNERS)
    finer, _ = shade(world, look(world, Samples(pixel, corners, slot)))
    mean = squeezed(finer).view(3, -1, len(_CORNERS)).mean(-1)
    colour[:, pixel] = mean / (1 - mean).clamp_min(1e-4)


def _bloom(colour: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """A halo around what is much brighter than the film can show."""
    f, h, w = shape
    bright = (colour - 1.6).clamp_(0, 5)
    if float(bright.max()) <= 0:
        return colour
    small = (max(2, h // 4), max(2, w // 4))
    glow = nn.interpolate(bright.view(3, f, h, w).transpose(0, 1), small, mode="area")
    total = torch.zeros_like(glow)
    for reach, share in ((max(1, small[0] // 60), 0.28), (max(1, small[0] // 18), 0.16)):
        blurred = glow
        for _ in range(3):
            blurred = nn.avg_pool2d(blurred, (2 * reach + 1, 1), 1, (reach, 0))
            blurred = nn.avg_pool2d(blurred, (1, 2 * reach + 1), 1, (0, reach))
        total += share * blurred
    return colour + nn.interpolate(total, (h, w), mode="bilinear").transpose(0, 1).reshape(3, -1)
