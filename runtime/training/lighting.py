"""Teaches the sketch how light falls on solids, from points of the training world's sets and bodies.

How a film's lights fall on a coat is the same wherever it is and whoever wears it, but windows of clips show few lights
and much else. Here it is asked of the world itself, at points that cameras see, in the light of many films: what they
throw back without texture, shadows and gloss included, before the air.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from scenelang.compiler.plan import Plan
from scenelang.runtime.maquette import features
from scenelang.runtime.maquette.bodies import CODE, GLOSS
from scenelang.runtime.maquette.cues import Cues
from scenelang.runtime.maquette.development import developed
from scenelang.runtime.maquette.sketch import Faced, Sketch, mean_of
from scenelang.runtime.previz.illumination import gleam, irradiance_on, open_above
from scenelang.runtime.previz.rays import perspective
from scenelang.runtime.previz.scene import scene
from scenelang.runtime.previz.shade import look
from scenelang.runtime.previz.visibility import Samples, surface
from scenelang.runtime.previz.world import SOLID, World
from scenelang.runtime.training.fit import DROP, embedded
from scenelang.runtime.training.samples import bare_cues

WIDTH, HEIGHT = 128, 72  # of the pictures whose pixels are asked
POINTS = 100  # of a frame
REPAINTED = 0.5  # of the points get any colour
BATCH, RATE, DECAY = 4096, 3e-3, 0.02
BLURRED = 0.03  # how much of a frame's light and words is luck, so that single films aren't learned by heart
Row = tuple[Tensor, ...]


def light(sketch: Sketch, text_encoder: Any, plans: Iterable[Plan], steps: int, seed: int = 0) -> float:
    """Learns from the first shots of plans; all else of the sketch stays as it is. The same plans and seed teach the
    same. Returns the last squared error."""
    luck = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        rows = [
            row for n, plan in enumerate(plans) for row in _rows(sketch, text_encoder, plan, seed + n)
        ]
    columns = [torch.cat(column) for column in zip(*rows, strict=True)]
    faces = nn.ModuleList([sketch.face, sketch.face_frame, sketch.face_think, sketch.face_lights])
    optimizer = torch.optim.AdamW(faces.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=DECAY)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = RATE * min(
            1.0, (step + 1) / 50, (steps - step) / (0.5 * steps)
        )
        chosen = torch.randint(len(columns[0]), (BATCH,), generator=luck)
        loss = _error(sketch, [column[chosen] for column in columns], luck)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def _error(sketch: Sketch, batch: list[Tensor], luck: torch.Generator) -> Tensor:
    normal, suns, view, far, lamps, code, albedo, frame, lights, falls, gleaming = batch
    again = torch.rand(len(albedo), 1, generator=luck) < REPAINTED
    any_colour = torch.rand(albedo.shape, generator=luck).square()
    albedo = torch.where(again, any_colour, albedo)
    wanted = albedo * falls + gleaming
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
    told = torch.cat([even * dark, words * untold], 1)
    cover = torch.ones_like(view)[:, None]
    made = sketch.in_light(at, code[:, None], albedo[:, None], cover, told, lights)[:, 0]
    return (2 * developed(made) - 2 * developed(wanted)).square().mean()


def _rows(sketch: Sketch, text_encoder: Any, plan: Plan, seed: int) -> Iterator[Row]:
    """Of points [N] of some frames: their Faced, code, albedo, the frame's light and words, the lights, and what falls
    there and gleams, linear RGB."""
    rng = np.random.default_rng(seed)
    shot = plan.shots[0]
    cues = embedded(bare_cues(plan), text_encoder)
    stage = scene(plan, shot, WIDTH / HEIGHT)
    for frame in rng.integers(0, shot.frames, 1).tolist():
        rays = perspective(
            stage.c2w[frame : frame + 1], stage.intrinsics[frame : frame + 1], WIDTH, HEIGHT
        )
        world = stage.world(rays, frame, frame + 1)
        view = look(world, Samples(torch.arange(WIDTH * HEIGHT), torch.tensor([[0.5, 0.5]])))
        solid = (view.thing == SOLID).nonzero()[:, 0]
        if not len(solid):
            continue
        view = view.part(solid[torch.from_numpy(rng.integers(0, len(solid), POINTS))])
        far = view.d.norm(dim=0)
        eye, d = stage.c2w[frame, :3, 3], view.d / far
        p = eye[:, None] + view.t * view.d
        n = surface(world.table, view.row, view.t, view.x, view.y).normal
        colour, gloss, falls, gleaming = _thrown_back(world, view.row, view.frame, p, n, d)
        here = cues.frames(slice(frame, frame + 1))
        at = sketch.faced(
            here, torch.zeros(1, dtype=torch.int64), eye.view(1, 1, 3), d.T[None], (view.t * far)[None, :, None], n.T[None]
        )  # fmt: skip
        code = torch.zeros(POINTS, CODE)
        code[:, GLOSS] = gloss
        yield (
            *(getattr(at, name)[0] for name in Faced.__annotations__), code, colour.T,
            *_of_frame(here), falls.T, gleaming.T,
        )  # fmt: skip


def _thrown_back(
    world: World, row: Tensor, frame: Tensor, p: Tensor, n: Tensor, d: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Colour [3, N] and gloss [N] of solids, what falls on them and how they gleam [3, N]."""
    which = row % world.solids.count
    gloss = world.solids.gloss[which]
    falls = irradiance_on(world, frame, p, n, -d, open_above(p))
    return world.solids.colour[which].T, gloss, falls, gleam(world, frame, p, n, d) * gloss


def _of_frame(cues: Cues) -> tuple[Tensor, Tensor]:
    """What points [POINTS] are told of their frame: its light and words, and its lights."""
    said = torch.einsum("bfs,bsd->bfd", cues.weight_BFS, mean_of(cues.text_BSLD))
    frame = torch.cat([features.frame_vector(cues), said], -1)[0]
    even = features.even_light(cues)[0]
    even = torch.cat([even[:, :-1], torch.ones_like(even[:, -1:])], 1)
    return frame.expand(POINTS, -1), even.expand(POINTS, -1, -1)
