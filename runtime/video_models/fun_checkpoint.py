"""Checkpoints of Wan Fun-Control-Camera as published: one or two transformers in safetensors, with a control adapter."""

from __future__ import annotations

from pathlib import Path

from scenelang.runtime.checkpoint import ModelError, read_json

EXPERTS = ("high_noise_model", "low_noise_model")


def is_camera_checkpoint(folder: Path) -> bool:
    """Whether a folder says that its transformer has a control adapter."""
    for file in (folder / "config.json", folder / EXPERTS[0] / "config.json"):
        if file.is_file():
            try:
                return bool(read_json(file).get("add_control_adapter"))
            except ModelError:
                return False
    return False
