"""A tiny maquette with random weights, and films for it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch

from scenelang.runtime.loading import write_sums
from scenelang.runtime.maquette.pipeline import MaquettePipeline, make_pipeline
from scenelang.runtime.maquette.transformer import MaquetteTransformer3DModel
from scenelang.runtime.maquette.words import make_text_encoder, make_tokenizer

TINY = {
    "cell_dim": 16,
    "half_dim": 24,
    "dim": 32,
    "heads": 2,
    "depth": 2,
    "vector_dim": 24,
    "sketch_dim": 32,
    "body_dim": 32,
    "scenery": 6,
}


@cache
def tiny_pipeline() -> MaquettePipeline:
    """The real classes, small, with weights that do something everywhere."""
    torch.manual_seed(0)
    network, text_encoder = MaquetteTransformer3DModel(**TINY).eval(), make_text_encoder().eval()
    with torch.no_grad():
        for parameter in network.parameters():  # those that begin at zero would hide what they carry
            if not parameter.any():
                parameter.normal_(std=0.05)
    return make_pipeline(network, text_encoder, make_tokenizer())


def save_tiny(folder: Path) -> Path:
    tiny_pipeline().save_pretrained(folder, safe_serialization=True)
    write_sums(folder)
    return folder


FILM = """scenelang 1
film "Test" { size 640x360; fps 12; seed 5 }
character mara "a woman in a red coat"
character lio "a man in a blue coat"
prop lamp "a paper lantern" { height 0.5m }
place street "a snowy street"
shot a 2s in street {
  frame wide on mara
  light lamp-light on lamp as practical { temperature 2400K }
  light sun as key { from left 30deg; height 30deg }
  particles snow { density 60%; wind right 1m/s }
  mara at (0m, 0m) facing camera
  lio at (1m, -1m) facing mara
  lamp at (-1m, 0m)
  0s..1s mara walks forward 1m
  1s.. mara waves
}
"""
