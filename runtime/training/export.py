"""From a training to the folder that is shipped: averaged weights in bf16, as diffusers keeps them."""

from __future__ import annotations

from pathlib import Path

import torch

from scenelang.runtime.loading import write_sums
from scenelang.runtime.maquette.pipeline import MaquettePipeline, make_pipeline
from scenelang.runtime.maquette.words import make_tokenizer
from scenelang.runtime.training.train import Training


def pipeline_of(training: Training) -> MaquettePipeline:
    """The pipeline of a training's averaged weights, in float32."""
    training.parts.load_state_dict(training.average)
    network, text_encoder = training.network.cpu().eval(), training.text_encoder.cpu().eval()
    return make_pipeline(network, text_encoder, make_tokenizer())


def export(training: Training, folder: Path) -> None:
    """Writes the pipeline as a folder with `model_index.json` and the checksums of its files."""
    pipeline_of(training).to(torch.bfloat16).save_pretrained(folder, safe_serialization=True)
    write_sums(folder)
