"""How near sampled clips come to the animatic's, on films that no training sees."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from torch import Tensor

from scenelang.compiler.conditioning import condition_shot
from scenelang.runtime.loading import load_pipeline
from scenelang.runtime.maquette.cues import cues_of, with_air
from scenelang.runtime.maquette.pipeline import MaquettePipeline
from scenelang.runtime.training.clips import FRAMES, HEIGHT, WIDTH, Clip, make_clip
from scenelang.runtime.training.config import CHECK_SEED


def sample_clip(
    pipeline: MaquettePipeline,
    clip: Clip,
    steps: int = 1,
    drop: tuple[str, ...] = (),
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Tensor:
    """What the model makes of a clip's plan at a width and height, uint8 [F, H, W, 3]."""
    width, height = size
    shot, rate = clip.plan.shots[0], clip.plan.rate
    conditioning = condition_shot(clip.plan, shot, encode=pipeline.encode, dialect="maquette")
    cues = cues_of(clip.plan, shot, conditioning, pipeline.encode).frames(
        slice(clip.start, clip.start + FRAMES)
    )
    cues = with_air(
        cues, shot, torch.arange(clip.start, clip.start + FRAMES), float(rate), height, width
    )
    seed = torch.Generator().manual_seed(clip.seed)
    frames = pipeline(cues, height, width, steps=steps, drop=drop, generator=seed)
    return ((frames[0].permute(0, 2, 3, 1) + 1) * 127.5).round().to(torch.uint8).cpu()


def score(folder: Path, device: str = "cpu", count: int = 24) -> float:
    """The mean PSNR in dB of `count` clips."""
    pipeline = load_pipeline(folder, torch.float32).to(device)
    found = []
    for seed in range(CHECK_SEED, CHECK_SEED + count):
        clip = make_clip(seed)
        wrong = (
            (sample_clip(pipeline, clip).float() - torch.from_numpy(clip.frames).float()).square().mean()
        )
        found.append(10 * math.log10(255**2 / max(float(wrong), 1e-6)))
    return sum(found) / len(found)
