"""How a training is sized: the network, the clips, the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scenelang.runtime.training.samples import Bucket

TRAIN_SEED, CHECK_SEED = 1_000_000, 900_000_000  # clips of one never are of the other


@dataclass(frozen=True)
class Config:
    """`clips` to render, `minutes` to train, `network` what differs from the transformer's defaults."""

    name: str
    clips: int
    minutes: float
    buckets: tuple[Bucket, ...]
    network: dict[str, Any] = field(default_factory=dict)
    rate: float = 4e-3  # of Muon
    rate_of_rest: float = 1e-3  # of AdamW
    warmup: int = 50  # steps
    cooling: float = 0.25  # the share of the time at the end in which the rate falls to zero
    average: float = 0.999  # of the weights (EMA)
    seed: int = 0


CONFIGS = {
    config.name: config
    for config in (
        Config(
            "small",
            clips=640,
            minutes=7.0,
            buckets=(Bucket(128, 64, 8, 8),),
            network={
                "cell_dim": 64,
                "half_dim": 96,
                "dim": 192,
                "heads": 3,
                "depth": 4,
                "vector_dim": 96,
                "sketch_dim": 192,
            },
        ),
        Config(
            "full",
            clips=6400,
            minutes=150.0,
            buckets=(
                Bucket(128, 64, 4, 12, weight=0.65),
                Bucket(128, 64, 8, 6, weight=0.2),
                Bucket(128, 64, 16, 3, weight=0.05),
                Bucket(256, 144, 4, 2, weight=0.1),
            ),
        ),
    )
}
