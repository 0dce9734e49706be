"""How a training is sized: the network, the clips, the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scenelang.runtime.training.samples import Bucket

TRAIN_SEED, CHECK_SEED = 1_000_000, 900_000_000  # clips of one never are of the other
LIGHT_SEED = 2_000_000  # of films whose light is learned from without clips
SMALL = Bucket(64, 32, 1, 32, windows=2)


@dataclass(frozen=True)
class Config:
    """`clips` to render, `minutes` to train, `network` what differs from the transformer's defaults."""

    name: str
    clips: int
    minutes: float
    buckets: tuple[Bucket, ...]
    network: dict[str, Any] = field(default_factory=dict)
    # in the first steps the sketch learns, from small windows of many clips; then the network learns what it misses
    sketch: Bucket = SMALL
    sketch_steps: int = 0
    shapes: int = 1500  # plans whose geometry teaches what places and bodies look like, before all else
    shape_steps: int = 3000
    light_plans: int = 1500  # whose solids teach how light falls, once the sketch has learned the rest
    light_steps: int = 4000
    drift_clips: int = 300  # whose particles teach what particles look like, then
    drift_steps: int = 1500
    rate: float = 2.5e-3  # of Muon
    rate_of_rest: float = 1e-3  # of AdamW
    rate_of_kept: float = 5e-3  # of what is kept in place: learned pictures, solids at rest
    warmup: int = 50  # steps
    cooling: float = 0.25  # the share of the time at the end in which the rate falls to zero
    average: float = 0.999  # of the sketch's weights (EMA)
    average_of_network: float = 0.99
    seed: int = 0

    def bucket(self, step: int, rng: np.random.Generator) -> Bucket:
        """The size of a step's samples."""
        if step < self.sketch_steps:
            return self.sketch
        weights = np.array([bucket.weight for bucket in self.buckets])
        return self.buckets[int(rng.choice(len(self.buckets), p=weights / weights.sum()))]


CONFIGS = {
    config.name: config
    for config in (
        Config(
            "small",
            clips=320,
            shapes=320,
            shape_steps=1000,
            light_plans=60,
            light_steps=500,
            drift_clips=40,
            drift_steps=400,
            minutes=5.0,
            buckets=(Bucket(64, 32, 4, 16, weight=0.6), Bucket(128, 64, 8, 2, weight=0.4)),
            sketch_steps=300,
            network={
                "cell_dim": 64,
                "half_dim": 96,
                "dim": 192,
                "heads": 3,
                "depth": 4,
                "vector_dim": 96,
            },
        ),
        Config(
            "full",
            clips=4352,
            minutes=56.0,
            buckets=(
                Bucket(64, 32, 4, 16, weight=0.5),
                Bucket(128, 64, 4, 4, weight=0.25),
                Bucket(128, 64, 8, 2, weight=0.1),
                Bucket(128, 64, 16, 2, weight=0.05),
                Bucket(256, 144, 4, 2, weight=0.1),
            ),
            sketch_steps=3800,
        ),
        # for a GPU: its steps take about as long however small they are, so they are large
        Config(
            "gpu",
            clips=12_000,
            minutes=7.6,
            buckets=(
                Bucket(256, 144, 4, 48, weight=0.4, windows=2),
                Bucket(256, 144, 16, 16, weight=0.4),
                Bucket(128, 64, 16, 48, weight=0.2, windows=2),
            ),
            sketch=Bucket(128, 64, 1, 384, windows=8),
            sketch_steps=950,
            warmup=30,
            average=0.99,
        ),
    )
}
