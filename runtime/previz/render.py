"""A shot of the Plan as pictures: clay, depth, mask and normals, a few frames at a time.

set the stage -> cast rays -> shade -> smooth the edges -> lens -> shutter -> draw what drifts -> develop
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
from scenelang.runtime.previz.defocus import defocused, lens_of
from scenelang.runtime.previz.fields import put
from scenelang.runtime.previz.light import developed, squeezed
from scenelang.runtime.previz.rays import perspective
from scenelang.runtime.previz.scene import Scene, scene
from scenelang.runtime.previz.shade import look, shade
from scenelang.runtime.previz.shutter import motion, shuttered
from scenelang.runtime.previz.splat import splat
from scenelang.runtime.previz.visibility import Samples
from scenelang.runtime.previz.world import View, World
from scenelang.runtime.workers import cores, side_by_side

PASSES = ("clay", "depth", "mask", "normal")
# pixels that are worked on together: small enough for a processor's cache
PIXELS = {"cpu": 300_000, "cuda": 12_000_000}
# three points that make, with a pixel's middle, the four samples of an edge
_CORNERS = ((0.83, 0.31), (0.50, 0.91), (0.17, 0.28))


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
    shutter: float = 0.0,
) -> Iterator[Passes]:
    """The frames of a shot in order, some at a time, so that memory stays bounded.

    `c2w` [F, 4, 4] and `intrinsics` [F, 3, 3] (normalised by width and height), one for each of
    the shot's frames, take the place of the plan's camera. `smooth` takes four samples at
    the edges of things instead of one. `shutter` is the angle in degrees that the shutter is open, 180
    as in most films, 0 without motion blur; it is of the clay pass alone. The same plan gives the
    same pictures, whatever the chunks.
    Raises ValueError for an unknown pass, an empty size, an angle that is none, or frames outside the
    shot.
    """
    unknown = set(passes) - set(PASSES)
    if unknown:
        raise ValueError(
            f"no pass is called {', '.join(sorted(unknown))}: choose from {', '.join(PASSES)}"
        )
    if width < 2 or height < 2:
        raise ValueError(f"a picture of {width}x{height} pixels is too small: give at least 2x2")
    if not 0 <= shutter <= 360:
        raise ValueError(f"a shutter of {shutter:g} degrees: give 0 to 360, such as 180")
    chosen = frames if frames is not None else range(shot.frames)
    if len(chosen) and (chosen.step != 1 or chosen.start < 0 or chosen.stop > shot.frames):
        raise ValueError(f"frames {chosen} are not a run within the shot's {shot.frames}")
    kind = torch.device(device).type
    count = max(1, PIXELS.get(kind, PIXELS["cuda"]) // (width * height))
    with torch.inference_mode():
        stage = scene(plan, shot, width / height, device, c2w, intrinsics)

    def draw(start: int) -> Passes:
        with torch.inference_mode():  # which is of each thread
            return _chunk(
                stage, width, height, start, min(chosen.stop, start + count), passes, smooth, shutter
            )

    starts = range(chosen.start, chosen.stop, count)
    yield from side_by_side(draw, starts, min(len(starts), cores()) if kind == "cpu" else 1)


def _chunk(
    stage: Scene,
    width: int,
    height: int,
    start: int,
    stop: int,
    passes: Sequence[str],
    smooth: bool,
    shutter: float,
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
        _smooth(world, colour, view, shape)
    lens = lens_of(stage.shot, stage.device).frames(start, stop)
    if not lens.sharp:
        colour = defocused(colour, view.t, shape, lens)
    if shutter:
        half = motion(world, view, stage.nearby(start, stop, width, height), shutter)
        colour = shuttered(colour, view.t, half, shape)
    for cloud in stage.clouds(world, start, stop):
        colour = splat(colour, view.t, rays, cloud, lens)
    colour = _bloom(colour, shape)
    clay = developed(colour).view(3, *shape).permute(1, 2, 3, 0).contiguous()
    return replace(result, clay=clay.cpu().numpy())


def _smooth(world: World, colour: Tensor, view: View, shape: tuple[int, int, int]) -> None:
    """Soften the colours [3, P] of pixels on edges: four samples say what shares a pixel has, its
    own colour and those of its neighbours what they look like, so that nothing is shaded anew."""
    what = _labels(world, view)
    grid = what.view(shape)
    edge = torch.zeros(shape, dtype=torch.bool, device=what.device)
    for axis in (1, 2):
        n = shape[axis] - 1
        differ = grid.narrow(axis, 1, n) != grid.narrow(axis, 0, n)
        edge.narrow(axis, 1, n).logical_or_(differ)
        edge.narrow(axis, 0, n).logical_or_(differ)
    pixel = edge.view(-1).nonzero()[:, 0]
    if pixel.numel() == 0:
        return
    corners = torch.tensor(_CORNERS, device=what.device)
    slot = torch.full_like(what, -1)
    slot[pixel] = torch.arange(pixel.shape[0], device=what.device) * len(_CORNERS)
    found = _labels(world, look(world, Samples(pixel, corners, slot))).view(-1, len(_CORNERS)).T
    own = squeezed(colour.index_select(1, pixel))
    mine = what[pixel]
    parts = [own.clone() for _ in _CORNERS]
    column, line = pixel % shape[2], (pixel // shape[2]) % shape[1]
    for step, inside in (
        (-1, column > 0),
        (1, column < shape[2] - 1),
        (-shape[2], line > 0),
        (shape[2], line < shape[1] - 1),
    ):
        beside = torch.where(inside, pixel + step, pixel)
        theirs, looks = what[beside], squeezed(colour.index_select(1, beside))
        for k, part in enumerate(parts):
            torch.where((found[k] == theirs) & (theirs != mine), looks, part, out=part)
    mean = (own + torch.stack(parts).sum(0)) / (1 + len(_CORNERS))
    put(colour, pixel, mean / (1 - mean).clamp_min(1e-4))


def _labels(world: World, view: View) -> Tensor:
    """What each sample belongs to, as far as edges go [M]."""
    solid = world.label[view.row.clamp_min(0) % world.solids.count]
    return torch.where(view.row >= 0, solid, -1 - view.thing)


def _bloom(colour: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """A halo around what is much brighter than the film can show."""
    f, h, w = shape
    # every other pixel of every other line is enough of what will be blurred anyway
    bright = (colour.view(3, f, h, w)[:, :, ::2, ::2] - 1.6).clamp_(0, 5)
    if float(bright.max()) <= 0:
        return colour
    small = (max(2, h // 4), max(2, w // 4))
    glow = nn.interpolate(bright.transpose(0, 1), small, mode="area")
    tiny = (max(2, h // 16), max(2, w // 16))
    wide = _blurred(nn.interpolate(glow, tiny, mode="area"), max(1, small[0] // 72))
    total = 0.28 * _blurred(glow, max(1, small[0] // 60))
    total += 0.16 * nn.interpolate(wide, small, mode="bilinear")
    return colour + nn.interpolate(total, (h, w), mode="bilinear").transpose(0, 1).reshape(3, -1)


def _blurred(picture: Tensor, reach: int) -> Tensor:
    for _ in range(2):
        picture = nn.avg_pool2d(picture, (2 * reach + 1, 1), 1, (reach, 0))
        picture = nn.avg_pool2d(picture, (1, 2 * reach + 1), 1, (0, reach))
    return picture
