"""Teaches the sketch how light falls on solids, from points of the training world's sets and bodies.

How a film's lights fall on a coat is the same wherever it is and whoever wears it, but windows of clips show few lights
and much else. Here it is asked of the world itself, at points that cameras see, in the light of many films: what they
throw back without texture, with shadows, gloss and the haze of the place, before what the film has in the air. Where
they are, how they face the light and which colour they have is what the sketch's own solids say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from scenelang.compiler.plan import Plan
from scenelang.runtime.maquette import features
from scenelang.runtime.maquette.cues import GROUPS
from scenelang.runtime.maquette.development import developed
from scenelang.runtime.maquette.sketch import Faced, Sketch, shares, told
from scenelang.runtime.previz.illumination import gleam, irradiance_on, open_above
from scenelang.runtime.previz.rays import perspective
from scenelang.runtime.previz.scene import scene
from scenelang.runtime.previz.shade import look
from scenelang.runtime.previz.visibility import Samples, surface
from scenelang.runtime.previz.world import SOLID, View, World
from scenelang.runtime.training.fit import DROP, embedded
from scenelang.runtime.training.samples import bare_cues

WIDTH, HEIGHT = 256, 144  # of the pictures whose pixels are asked
POINTS = 200  # of a frame
COVERED = 0.8  # of a pixel, by the sketch's solids: less is not learned from
REPAINTED = 0.5  # of the points get any colour
BATCH, RATE, DECAY = 4096, 3e-3, 0.02
BLURRED = 0.03  # luck that is added to a frame's light and words, so that none is learned by heart
Row = tuple[Tensor, ...]


def light(sketch: Sketch, text_encoder: Any, plans: Iterable[Plan], steps: int, seed: int = 0) -> float:
    """Learns from the first shots of plans; all else of the sketch stays as it is. The same plans and seed teach the
    same. Returns the last squared error."""
    luck = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        rows = [
            row for n, plan in enumerate(plans) for row in _rows(sketch, text_encoder, plan, seed + n)
        ]
    if not rows:
        return 0.0  # in none of the films is anything solid
    columns = [torch.cat(column) for column in zip(*rows, strict=True)]
    faces = nn.ModuleList([sketch.face, sketch.face_frame, sketch.face_think, sketch.face_lights])
    optimizer = torch.optim.AdamW(faces.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=DECAY)
    for step in range(steps):
        pace = min(1.0, (step + 1) / 50, (steps - step) / (0.5 * steps))
        optimizer.param_groups[0]["lr"] = RATE * pace
        chosen = torch.randint(len(columns[0]), (BATCH,), generator=luck)
        loss = _error(sketch, [column[chosen] for column in columns], luck)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def _error(sketch: Sketch, batch: list[Tensor], luck: torch.Generator) -> Tensor:
    normal, suns, view, far, lamps, code, albedo, cover, frame, lights, falls, besides = batch
    again = torch.rand(len(albedo), 1, generator=luck) < REPAINTED
    any_colour = torch.rand(albedo.shape, generator=luck).square()
    albedo = torch.where(again, any_colour, albedo)
    wanted = albedo * falls + besides
    untold, dark = (
        (torch.rand(len(albedo), 1, generator=luck) >= DROP[group]).float()
        for group in ("text", "light")
    )
    frame = frame + BLURRED * torch.randn(frame.shape, generator=luck)
    even, words = frame.split([features.FRAME_CHANNELS, frame.shape[1] - features.FRAME_CHANNELS], 1)
    white = torch.zeros_like(lights)
    white[:, -1] = 1
    lights = torch.where(dark[:, :, None] > 0, lights, white)
    at = Faced(*(x[:, None] for x in (normal, suns * dark, view, far, lamps * dark)))
    known = torch.cat([even * dark, words * untold], 1)
    made = sketch.in_light(at, code[:, None], albedo[:, None], cover[:, None], known, lights)[:, 0]
    return (2 * developed(made) - 2 * developed(wanted)).square().mean()


def _rows(sketch: Sketch, text_encoder: Any, plan: Plan, seed: int) -> Iterator[Row]:
    """Of points [N] of a frame, as the sketch has them: their Faced, code, albedo and cover, the frame's light and words,
    the lights; and as the world has them, how much of the albedo is seen and what is besides, linear RGB."""
    rng = np.random.default_rng(seed)
    shot = plan.shots[0]
    frame = int(rng.integers(shot.frames))
    here = embedded(bare_cues(plan).frames(slice(frame, frame + 1)), text_encoder)
    drawn = sketch.solids(here, HEIGHT, WIDTH)
    stage = scene(plan, shot, WIDTH / HEIGHT)
    rays = perspective(stage.c2w[frame : frame + 1], stage.intrinsics[frame : frame + 1], WIDTH, HEIGHT)
    world = stage.world(rays, frame, frame + 1)
    view = look(world, Samples(torch.arange(WIDTH * HEIGHT), torch.tensor([[0.5, 0.5]])))
    both = ((view.thing == SOLID) & (drawn.cover[:, 0] > COVERED)).nonzero()[:, 0]
    if not len(both):
        return
    chosen = both[torch.from_numpy(rng.integers(0, len(both), POINTS))]
    eye = stage.c2w[frame, :3, 3]
    falls, besides = _thrown_back(world, view.part(chosen), eye, stage.set.fog)
    d, depth, normal, albedo, code, cover = (x[None, chosen] for x in drawn)
    said, lit, lights = told(here, shares(torch.ones(1, len(GROUPS))))
    told_of = torch.cat([lit, said], -1)[0].expand(POINTS, -1)
    at = sketch.faced(here, torch.zeros(1, dtype=torch.int64), eye.view(1, 1, 3), d, depth, normal)
    known = [*at, code, albedo, cover]
    yield *(x[0] for x in known), told_of, lights[0].expand(POINTS, -1, -1), falls.T, besides.T


def _thrown_back(world: World, view: View, eye: Tensor, fog: float) -> tuple[Tensor, Tensor]:
    """Of solids that samples meet [3, N]: what falls on them and gets here, and how they gleam, with the haze before
    them, `fog` of which takes its share of the light in a metre."""
    far = view.d.norm(dim=0)
    p, d = eye[:, None] + view.t * view.d, view.d / far
    n = surface(world.table, view.row, view.t, view.x, view.y).normal
    gloss = world.solids.gloss[view.row % world.solids.count]
    falls = irradiance_on(world, view.frame, p, n, -d, open_above(p))
    lost = 1 - torch.exp(-fog * view.t * far)
    gleaming = gleam(world, view.frame, p, n, d) * gloss
    return falls * (1 - lost), torch.lerp(gleaming, world.sky.haze(view.frame, d), lost)
