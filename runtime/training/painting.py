"""Teaches the sketch what floors, walls and skies look like, from pixels of many films that show nothing else.

A window of a clip shows one place in one light. Here a step sees a few pixels each of many places in many lights,
drawn as the animatic draws them, without bodies and before what drifts: so the sketch hears of more lights and more
places in the same time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from scenelang.compiler.plan import Plan
from scenelang.runtime.maquette import features
from scenelang.runtime.maquette.cues import Cues, collate
from scenelang.runtime.maquette.development import developed
from scenelang.runtime.maquette.sketch import Sketch
from scenelang.runtime.previz.light import developed as seen_as
from scenelang.runtime.previz.rays import perspective
from scenelang.runtime.previz.scene import scene
from scenelang.runtime.previz.shade import look, shade
from scenelang.runtime.previz.visibility import Samples
from scenelang.runtime.previz.world import GROUND, SKY, SOLID, WALL
from scenelang.runtime.training.fit import dropped, embedded
from scenelang.runtime.training.samples import bare_cues

SIZES = ((256, 144), (512, 288))  # of pictures whose pixels are asked
BLOCKS = 128  # of 2x2 pixels of a frame: soft maps are worked out for each
FROM_SHOT = 2  # frames
FRAMES = 24  # of a step
RATE, RATE_OF_PICTURES = 1e-3, 3e-3


@dataclass(frozen=True)
class Spots:
    """Blocks of pixels of one frame: its cues, texts as token ids, unit directions `d` [1, 1, 2, 2 * BLOCKS, 3], the angle
    of a `pixel` in radians [1, 1, 1, 1, 1], and what is `seen` there, sRGB bytes [2, 2 * BLOCKS, 3]."""

    cues: Cues
    d: Tensor
    pixel: Tensor
    seen: Tensor


def paint(sketch: Sketch, text_encoder: Any, plans: Iterable[Plan], steps: int, seed: int = 0) -> float:
    """Learns from the first shots of plans; words, bodies and what drifts stay as they are. The same plans and seed teach the
    same. Returns the last squared error."""
    with torch.no_grad():
        spots = [spot for n, plan in enumerate(plans) for spot in _spots(plan, seed + n)]
    rng, luck = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    named = {n: p for n, p in sketch.named_parameters() if n.startswith(("surfaces", "haze"))}
    pictures = [p for p in named.values() if p.dim() == 4]
    rest = [p for p in named.values() if p.dim() < 4]
    optimizer = torch.optim.AdamW(
        [{"params": rest, "most": RATE}, {"params": pictures, "most": RATE_OF_PICTURES}],
        betas=(0.9, 0.98),
        weight_decay=0.0,
    )
    for step in range(steps):
        pace = min(1.0, (step + 1) / 50, (steps - step) / (0.5 * steps))
        for group in optimizer.param_groups:
            group["lr"] = group["most"] * pace
        chosen = [spots[n] for n in rng.integers(0, len(spots), FRAMES)]
        loss = error(sketch, text_encoder, chosen, 1 - dropped(FRAMES, luck).float())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    return loss.item()


def error(sketch: Sketch, text_encoder: Any, spots: list[Spots], keep: Tensor) -> Tensor:
    """The squared error of what the sketch makes of spots of B frames, on a scale from -1 to 1; `keep` [B, GROUPS]."""
    cues = embedded(collate([spot.cues for spot in spots]), text_encoder)
    d, pixel = torch.cat([spot.d for spot in spots]), torch.cat([spot.pixel for spot in spots])
    o = cues.c2w_BF44[:, :, None, None, :3, 3]
    nowhere = torch.zeros(len(spots), 1, 2)
    r = features.Rays(o, d, pixel, cues.c2w_BF44[:, :, :3, :3], nowhere)
    picture = developed(sketch.bare(cues, r, keep))
    seen = torch.stack([spot.seen for spot in spots])[:, None].float() / 255
    return (2 * picture - 2 * seen).square().mean()


def _spots(plan: Plan, seed: int) -> Iterator[Spots]:
    rng = np.random.default_rng(seed)
    shot = plan.shots[0]
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    cues = bare_cues(plan)
    stage = scene(plan, shot, width / height)
    for frame in rng.choice(shot.frames, min(FROM_SHOT, shot.frames), replace=False).tolist():
        rays = perspective(
            stage.c2w[frame : frame + 1], stage.intrinsics[frame : frame + 1], width, height
        )
        world = stage.world(rays, frame, frame + 1)
        view = look(world, Samples(torch.arange(width * height), torch.tensor([[0.5, 0.5]])))
        chosen = _blocks(view.thing.view(height, width), rng)
        if chosen is None:
            continue
        view = view.part(chosen.flatten())
        seen = seen_as(shade(world, view)[0]).T.reshape(2, -1, 3)
        d = (view.d / view.d.norm(dim=0)).T.reshape(1, 1, 2, -1, 3)
        pixel = 1 / (stage.intrinsics[frame, 0, 0] * width)
        yield Spots(cues.frames(slice(frame, frame + 1)), d, pixel.view(1, 1, 1, 1, 1), seen)


def _blocks(thing: Tensor, rng: np.random.Generator) -> Tensor | None:
    """Numbers of pixels [2, 2 * BLOCKS] of blocks of 2x2 that show no solid, as many of the floor as of walls and of the
    sky; None where there are none."""
    width = thing.shape[1]
    corners = thing[::2, ::2]
    bare = (
        (thing[::2, ::2] != SOLID) & (thing[1::2, ::2] != SOLID)
        & (thing[::2, 1::2] != SOLID) & (thing[1::2, 1::2] != SOLID)
    )  # fmt: skip
    pools = [
        (bare & (corners == what)).flatten().nonzero()[:, 0].numpy() for what in (GROUND, WALL, SKY)
    ]
    pools = [pool for pool in pools if len(pool)]
    if not pools:
        return None
    which = [pools[n % len(pools)] for n in range(BLOCKS)]
    blocks = torch.tensor([int(pool[rng.integers(len(pool))]) for pool in which])
    first = blocks // (width // 2) * 2 * width + blocks % (width // 2) * 2
    line = torch.stack([first, first + 1], 1).flatten()
    return torch.stack([line, line + width])
