"""Teaches the sketch what particles look like, from the pixels where they are.

They cover few pixels of a picture, and many kinds are seldom: windows of clips hardly show them. Here the picture
behind them is drawn once, as it is, and every kind is as frequent as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from scenelang.runtime.maquette.cues import GROUPS
from scenelang.runtime.maquette.development import developed
from scenelang.runtime.maquette.sketch import Sketch, mean_of
from scenelang.runtime.training.clips import FRAMES, HEIGHT, WIDTH
from scenelang.runtime.training.fit import embedded
from scenelang.runtime.training.samples import Shards, Window, cut

SEEN = 0.02  # of a pixel: less is not learned from
FROM_CLIP = 2  # frames
BATCH, RATE = 4096, 3e-3


def drift(
    sketch: Sketch, text_encoder: Any, clips: Path, count: int, steps: int, seed: int = 0
) -> float:
    """Learns from `count` clips of a folder; all else of the sketch stays as it is. Returns the last squared error."""
    rows = [row for row in _rows(sketch, text_encoder, clips, count, seed) if len(row[0])]
    kinds: dict[bytes, list[tuple[Tensor, ...]]] = {}
    for row in rows:
        kinds.setdefault(row[0][0].numpy().tobytes(), []).append(row)
    pools = [[torch.cat(column) for column in zip(*some, strict=True)] for some in kinds.values()]
    if not pools:
        return 0.0  # in none of the clips does anything drift
    parts = [
        *sketch.drift.parameters(),
        *sketch.drift_tint.parameters(),
        *sketch.drift_draw.parameters(),
    ]
    optimizer = torch.optim.AdamW(parts, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    luck = torch.Generator().manual_seed(seed)
    share = BATCH // len(pools)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = RATE * min(1.0, (steps - step) / (0.5 * steps))
        chosen = [torch.randint(len(pool[0]), (share,), generator=luck) for pool in pools]
        batch = [
            torch.cat([c[i] for c, i in zip(column, chosen, strict=True)])
            for column in zip(*pools, strict=True)
        ]
        loss = _error(sketch, *batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def _error(
    sketch: Sketch, word: Tensor, maps: Tensor, near: Tensor, light: Tensor, behind: Tensor, seen: Tensor
) -> Tensor:
    part, colour = sketch.of_particles(sketch.drift(word), maps, near, light)
    made = 2 * developed(behind * (1 - part) + part * colour) - 1
    return (made - seen).square().mean()


def _rows(
    sketch: Sketch, text_encoder: Any, clips: Path, count: int, seed: int
) -> Iterator[tuple[Tensor, ...]]:
    """Pixels that particles cover, of clips with one kind: its word [N, D], its maps [N, 3], the nearness [N, 1] and the
    radiance [N, 3] behind, the lights [N, LAMPS, 3], and the pixel itself, -1 to 1, [N, 3]."""
    rng, shards = np.random.default_rng(seed), Shards(clips)
    with torch.no_grad():
        for _ in range(count):
            pictures, cues = shards.clip(rng)
            if cues.air_BFP3HW.shape[2] != 1:
                continue
            first = int(rng.integers(FRAMES - FROM_CLIP + 1))
            sample = cut(pictures, cues, Window(first, 1, FROM_CLIP, 0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)
            known = embedded(sample.cues, text_encoder)
            c = sketch.clear(known, torch.ones(1, len(GROUPS)), HEIGHT, WIDTH)
            maps = known.air_BFP3HW[0, :, 0].movedim(1, -1)  # [F, H, W, 3]
            at = maps[..., 0] > SEEN
            lit = c.light[0, at.nonzero()[:, 0]]
            word = mean_of(known.air_text_BPLD)[0].expand(len(lit), -1)
            wanted = sample.frames[0].movedim(1, -1)[at]
            yield word, maps[at], c.near[0][at], lit, c.radiance[0][at], wanted
