"""Checkpoints of Wan Fun-Control-Camera as published: one or two transformers in safetensors, with a control adapter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import pixel_unshuffle, relu

from scenelang.runtime.checkpoint import ModelError, first_line, out_of_memory, read_json, weight_files
from scenelang.runtime.models import EXPERTS


def expert_folders(folder: Path) -> list[Path]:
    """The folders of its transformers: one, or the experts for much and for little noise, in this order."""
    experts = [folder / name for name in EXPERTS if (folder / name).is_dir()]
    if len(experts) == 1:
        missing = next(name for name in EXPERTS if not (folder / name).is_dir())
        raise ModelError(f"{folder} lacks {missing}, its other expert", "fetch it again")
    return experts or [folder]


class ControlAdapter(nn.Module):
    """Rays at full size [B, 24, T, H, W] to what is added to the patches [B, D, T, h, w]; named as its weights are."""

    def __init__(self, channels: int, dim: int, patch: tuple[int, int], shrink: int, blocks: int = 1):
        super().__init__()
        self.shrink = shrink
        self.conv = nn.Conv2d(channels * shrink * shrink, dim, kernel_size=patch, stride=patch)
        self.residual_blocks = nn.Sequential(*(_Residual(dim) for _ in range(blocks)))

    def forward(self, rays: Tensor) -> Tensor:
        batch = rays.shape[0]
        flat = rays.transpose(1, 2).flatten(0, 1)  # [B·T, 24, H, W]
        made = self.residual_blocks(self.conv(pixel_unshuffle(flat, self.shrink)))
        return made.unflatten(0, (batch, -1)).transpose(1, 2)


class _Residual(nn.Module):
    def __init__(self, dim: int):
        super().__init__()
        self.conv1 = nn.Conv2d(dim, dim, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(dim, dim, kernel_size=3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(relu(self.conv1(x)))


def load_expert(folder: Path, dtype: torch.dtype) -> tuple[Any, ControlAdapter]:
    """One transformer as diffusers has it, and its adapter. Raises ModelError for a checkpoint of something else."""
    config = read_json(folder / "config.json")
    weights: dict[str, Tensor] = {}
    for file in weight_files(folder):
        weights |= load_file(file)
    if not any(name.startswith("control_adapter.") for name in weights):
        raise ModelError(
            f"{folder} has no weights of a control adapter", "take a Control-Camera checkpoint"
        )
    own = {
        n.removeprefix("control_adapter."): weights.pop(n)
        for n in list(weights)
        if n.startswith("control_adapter.")
    }
    try:
        return _transformer(config, weights, dtype), _adapter(config, own, dtype)
    except (RuntimeError, KeyError, ValueError, TypeError) as error:
        if out_of_memory(error):
            raise
        raise ModelError(
            f"the checkpoint in {folder} does not fit its config.json: {first_line(error)}",
            "fetch both again from the same place",
        ) from error


def _transformer(config: dict[str, Any], weights: dict[str, Tensor], dtype: torch.dtype) -> Any:
    from accelerate import init_empty_weights
    from diffusers import WanTransformer3DModel
    from diffusers.loaders.single_file_utils import convert_wan_transformer_to_diffusers

    pictured = weights.get("img_emb.proj.1.weight")
    dim, heads = config["dim"], config["num_heads"]
    with init_empty_weights(include_buffers=False):
        made = WanTransformer3DModel(
            patch_size=tuple(config.get("patch_size", (1, 2, 2))), num_attention_heads=heads,
            attention_head_dim=dim // heads, in_channels=config.get("in_dim", config.get("in_channels", 16)),
            out_channels=config.get("out_dim", 16), text_dim=config.get("text_dim", 4096),
            freq_dim=config.get("freq_dim", 256), ffn_dim=config["ffn_dim"], num_layers=config["num_layers"],
            eps=config.get("eps", 1e-6), image_dim=None if pictured is None else pictured.shape[1],
            added_kv_proj_dim=None if pictured is None else dim,
        )  # fmt: skip
    exact = made._keep_in_fp32_modules or ()
    converted = convert_wan_transformer_to_diffusers(weights)
    known = set(made.state_dict())
    cast = {
        name: value.to(torch.float32 if any(part in name.split(".") for part in exact) else dtype)
        for name, value in converted.items()
        if name in known or "norm_added_q" not in name  # which diffusers leaves out too
    }
    made.load_state_dict(cast, strict=True, assign=True)
    return made.eval()


def _adapter(config: dict[str, Any], weights: dict[str, Tensor], dtype: torch.dtype) -> ControlAdapter:
    patch = tuple(config.get("patch_size", (1, 2, 2)))[1:]
    blocks = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("residual_blocks."))
    made = ControlAdapter(
        config.get("in_dim_control_adapter", 24), config["dim"], patch,
        config.get("downscale_factor_control_adapter", 8), blocks,
    )  # fmt: skip
    made.load_state_dict({n: v.to(dtype) for n, v in weights.items()}, strict=True, assign=True)
    return made.eval()


@contextmanager
def steered(transformer: Any, adapter: ControlAdapter, rays: Tensor) -> Iterator[None]:
    """Adds what the adapter makes of the rays to the transformer's patches, inside the block."""
    weight = next(adapter.parameters())
    with torch.no_grad():
        steering = adapter(rays.to(weight))

    def add(module: Any, arguments: Any, patches: Tensor) -> Tensor:
        return patches + steering.to(patches)  # one for the prompt and the negative prompt alike

    handle = transformer.patch_embedding.register_forward_hook(add)
    try:
        yield
    finally:
        handle.remove()
