"""Tiny instances of the real classes of diffusers, with random weights, saved as their makers' folders are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKLWan,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
)
from films import EXAMPLES
from transformers import ByT5Tokenizer, UMT5Config, UMT5EncoderModel

WAN: dict[str, Any] = {
    "patch_size": (1, 2, 2), "num_attention_heads": 2, "attention_head_dim": 12, "in_channels": 16,
    "out_channels": 16, "text_dim": 32, "freq_dim": 256, "ffn_dim": 32, "num_layers": 2, "cross_attn_norm": True,
    "qk_norm": "rms_norm_across_heads", "rope_max_seq_len": 64,
}  # fmt: skip


def short_tokyo(size: str = "64x32", seconds: int = 2) -> str:
    """tokyo.scene, small and short, with everything that happens in it."""
    text = (EXAMPLES / "tokyo.scene").read_text(encoding="utf-8")
    for was, now in (
        ("1280x720", size), ('street" 10s', f'street" {seconds}s'), ("0s..4s", "0s..1s"), ("4s..10s", "1s..2s"),
        ("4300K @ 4s, 2700K @ 10s", "4300K @ 1s, 2700K @ 2s"), ("0% @ 2s, 30% @ 5s", "0% @ 0s, 30% @ 1s"),
        ("0s..6s couple walks forward 7m", "0s..1s couple walks forward 1m"),
        ("6s..8s couple walks to stall", "1s..1.5s couple looks at stall"), ("8s.. vendor", "1.5s.. vendor"),
        ("pedestal down 2.4m + dolly in 5m", "pedestal down 0.6m + dolly in 1m"),
    ):  # fmt: skip
        assert was in text, was
        text = text.replace(was, now)
    return text


def lively(network: torch.nn.Module) -> torch.nn.Module:
    """With weights that do something everywhere: those that begin at zero would hide what they carry."""
    with torch.no_grad():
        for parameter in network.parameters():
            if not parameter.any():
                parameter.normal_(std=0.2)
            elif parameter.dim() > 1:
                parameter.mul_(2.0)
    return network.eval()


def wan_parts(**more: Any) -> dict[str, Any]:
    """Everything of a Wan pipeline but its transformer."""
    torch.manual_seed(1)
    vae = AutoencoderKLWan(
        base_dim=3, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1, temperal_downsample=[False, True, True]
    )
    config = UMT5Config(
        vocab_size=384, d_model=32, d_kv=8, d_ff=37, num_layers=2, num_heads=4, relative_attention_num_buckets=8
    )
    scheduler = UniPCMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0)
    return {
        "tokenizer": ByT5Tokenizer(), "text_encoder": lively(UMT5EncoderModel(config)), "vae": vae.eval(),
        "scheduler": scheduler, **more,
    }  # fmt: skip


def wan_transformer(seed: int = 0, **changes: Any) -> torch.nn.Module:
    torch.manual_seed(seed)
    return lively(WanTransformer3DModel(**WAN | changes))


def save_wan_t2v(folder: Path, experts: bool = False) -> Path:
    more: dict[str, Any] = {"transformer": wan_transformer()}
    if experts:
        more |= {"transformer_2": wan_transformer(7), "boundary_ratio": 0.875}
    WanPipeline(**wan_parts(**more)).save_pretrained(folder)
    return folder


def save_wan_i2v(folder: Path) -> Path:
    """As Wan 2.2's: 36 channels, no picture encoder."""
    WanImageToVideoPipeline(
        **wan_parts(transformer=wan_transformer(in_channels=36), image_encoder=None, image_processor=None)
    ).save_pretrained(folder)
    return folder


def save_wan_i2v_clip(folder: Path) -> Path:
    """As Wan 2.1's: the first frame is also seen by a picture encoder."""
    from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModel

    torch.manual_seed(3)
    eye = CLIPVisionModel(
        CLIPVisionConfig(hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
                         image_size=32, patch_size=16)
    )  # fmt: skip
    transformer = wan_transformer(in_channels=36, image_dim=16, added_kv_proj_dim=24)
    parts = wan_parts(transformer=transformer, image_encoder=eye.eval(), image_processor=CLIPImageProcessor(size=32, crop_size=32))
    WanImageToVideoPipeline(**parts).save_pretrained(folder)
    return folder


def save_wan_ti2v(folder: Path) -> Path:
    """As Wan 2.2 5B: a time step for every token, so that the first frame can be given or not."""
    WanPipeline(**wan_parts(transformer=wan_transformer(), expand_timesteps=True)).save_pretrained(folder)
    return folder


def save_wan_vace(folder: Path) -> Path:
    torch.manual_seed(0)
    transformer = lively(
        WanVACETransformer3DModel(**WAN | {"num_layers": 3}, vace_layers=[0, 2], vace_in_channels=96)
    )
    WanVACEPipeline(**wan_parts(transformer=transformer)).save_pretrained(folder)
    return folder
