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
        base_dim=3,
        z_dim=16,
        dim_mult=[1, 1, 1, 1],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
    )
    config = UMT5Config(
        vocab_size=384,
        d_model=32,
        d_kv=8,
        d_ff=37,
        num_layers=2,
        num_heads=4,
        relative_attention_num_buckets=8,
    )
    scheduler = UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
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
        **wan_parts(
            transformer=wan_transformer(in_channels=36), image_encoder=None, image_processor=None
        )
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
    parts = wan_parts(
        transformer=transformer,
        image_encoder=eye.eval(),
        image_processor=CLIPImageProcessor(size=32, crop_size=32),
    )
    WanImageToVideoPipeline(**parts).save_pretrained(folder)
    return folder


def save_wan_ti2v(folder: Path) -> Path:
    """As Wan 2.2 5B: a time step for every token, so that the first frame can be given or not."""
    WanPipeline(**wan_parts(transformer=wan_transformer(), expand_timesteps=True)).save_pretrained(
        folder
    )
    return folder


def save_wan_vace(folder: Path) -> Path:
    torch.manual_seed(0)
    transformer = lively(
        WanVACETransformer3DModel(**WAN | {"num_layers": 3}, vace_layers=[0, 2], vace_in_channels=96)
    )
    WanVACEPipeline(**wan_parts(transformer=transformer)).save_pretrained(folder)
    return folder


# diffusers' names -> those of the published checkpoints
PUBLISHED = (
    ("condition_embedder.time_embedder.linear_1", "time_embedding.0"),
    ("condition_embedder.time_embedder.linear_2", "time_embedding.2"),
    ("condition_embedder.text_embedder.linear_1", "text_embedding.0"),
    ("condition_embedder.text_embedder.linear_2", "text_embedding.2"),
    ("condition_embedder.time_proj", "time_projection.1"),
    ("condition_embedder.image_embedder.norm1", "img_emb.proj.0"),
    ("condition_embedder.image_embedder.ff.net.0.proj", "img_emb.proj.1"),
    ("condition_embedder.image_embedder.ff.net.2", "img_emb.proj.3"),
    ("condition_embedder.image_embedder.norm2", "img_emb.proj.4"),
    (".add_k_proj.", ".k_img."), (".add_v_proj.", ".v_img."), (".norm_added_k.", ".norm_k_img."),
    ("attn1", "self_attn"), ("attn2", "cross_attn"), (".to_out.0.", ".o."), (".to_q.", ".q."), (".to_k.", ".k."),
    (".to_v.", ".v."), ("ffn.net.0.proj", "ffn.0"), ("ffn.net.2", "ffn.2"), ("proj_out", "head.head"), (".norm2.", ".norm3."),
)  # fmt: skip


def published_name(name: str) -> str:
    if name == "scale_shift_table":
        return "head.modulation"
    for ours, theirs in PUBLISHED:
        name = name.replace(ours, theirs)
    return name.replace("scale_shift_table", "modulation")


def save_camera_expert(folder: Path, seed: int, in_dim: int, pictured: bool = False) -> Path:
    """A transformer and its control adapter with the names and files of the published checkpoints."""
    import json

    from safetensors.torch import save_file

    from scenelang.runtime.video_models.fun_checkpoint import ControlAdapter

    more = {"image_dim": 16, "added_kv_proj_dim": 24} if pictured else {}
    weights = wan_transformer(seed, in_channels=in_dim, **more).state_dict()
    torch.manual_seed(seed + 1)
    adapter = lively(ControlAdapter(24, 24, (2, 2), 8)).state_dict()
    tensors = {published_name(n): v.contiguous() for n, v in weights.items()}
    tensors |= {f"control_adapter.{n}": v.contiguous() for n, v in adapter.items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "diffusion_pytorch_model.safetensors")
    config = {
        "_class_name": "WanModel", "model_type": "i2v", "dim": 24, "num_heads": 2, "ffn_dim": 32, "num_layers": 2,
        "freq_dim": 256, "in_dim": in_dim, "out_dim": 16, "text_dim": 32, "text_len": 512, "eps": 1e-6,
        "add_control_adapter": True, "in_dim_control_adapter": 24,
    }  # fmt: skip
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def save_camera(
    folder: Path, base: Path, in_dim: int = 36, experts: int = 2, pictured: bool = False
) -> Path:
    """A checkpoint in `folder/checkpoint`, and the `scenelang.toml` that calls it `camera`."""
    names = ("high_noise_model", "low_noise_model") if experts == 2 else (".",)
    for seed, name in enumerate(names):
        save_camera_expert(folder / "checkpoint" / name, 20 * seed, in_dim, pictured)
    settings = f'[models.camera]\npath = "checkpoint"\nbase = "{base.as_posix()}"\n'
    (folder / "scenelang.toml").write_text(settings + STEPS)
    return folder


STEPS = "[profiles.final]\nsteps = 2\n"


def _ltx_vae() -> Any:
    """Two frames of a latent frame, two pixels of a latent pixel."""
    from diffusers import AutoencoderKLLTX2Video

    torch.manual_seed(2)
    vae = AutoencoderKLLTX2Video(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(8,), decoder_block_out_channels=(8,),
        layers_per_block=(1,), decoder_layers_per_block=(1, 1), spatio_temporal_scaling=(True,),
        decoder_spatio_temporal_scaling=(True,), decoder_inject_noise=(False, False), downsample_type=("spatial",),
        upsample_residual=(False,), upsample_factor=(1,), timestep_conditioning=False, patch_size=1, patch_size_t=1,
        encoder_causal=True, decoder_causal=False,
    )  # fmt: skip
    return vae.eval()


def save_sana_wm(folder: Path) -> Path:
    from diffusers import FlowMatchEulerDiscreteScheduler, SanaWMPipeline, SanaWMTransformer3DModel
    from transformers import Gemma2Config, Gemma2ForCausalLM

    torch.manual_seed(4)
    transformer = SanaWMTransformer3DModel(
        in_channels=4, num_layers=2, hidden_size=48, num_attention_heads=2, softmax_every_n=2, linear_head_dim=24,
        chunk_plucker_channels=12, chunk_plucker_post_attn_blocks=2, caption_channels=32, fp32_attention=True,
        mixed_precision="fp32",
    )  # fmt: skip
    reader = Gemma2ForCausalLM(
        Gemma2Config(vocab_size=384, hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=2,
                     num_key_value_heads=1, head_dim=16, max_position_embeddings=8192)
    )  # fmt: skip
    SanaWMPipeline(
        tokenizer=ByT5Tokenizer(), text_encoder=reader.eval(), vae=_ltx_vae(), transformer=lively(transformer),
        scheduler=FlowMatchEulerDiscreteScheduler(),
    ).save_pretrained(folder)  # fmt: skip
    return folder


def save_ltx2(folder: Path) -> Path:
    from diffusers import (
        AutoencoderKLLTX2Audio,
        FlowMatchEulerDiscreteScheduler,
        LTX2Pipeline,
        LTX2VideoTransformer3DModel,
    )
    from diffusers.pipelines.ltx2 import LTX2TextConnectors
    from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder
    from transformers import Gemma3Config, Gemma3ForConditionalGeneration

    torch.manual_seed(5)
    text = {
        "vocab_size": 384, "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
        "num_key_value_heads": 1, "head_dim": 8, "max_position_embeddings": 2048,
    }  # fmt: skip
    sight = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 28,
        "patch_size": 14,
    }
    reader = Gemma3ForConditionalGeneration(
        Gemma3Config(text_config=text, vision_config=sight, mm_tokens_per_image=4)
    )
    transformer = LTX2VideoTransformer3DModel(
        in_channels=4, out_channels=4, patch_size=1, patch_size_t=1, num_attention_heads=2, attention_head_dim=8,
        cross_attention_dim=16, audio_in_channels=4, audio_out_channels=4, audio_num_attention_heads=2,
        audio_attention_head_dim=4, audio_cross_attention_dim=8, num_layers=2, qk_norm="rms_norm_across_heads",
        caption_channels=32, rope_double_precision=False, rope_type="split",
    )  # fmt: skip
    heads = {"attention_heads": 4, "attention_head_dim": 8, "layers": 1, "learnable_registers": None}
    connectors = LTX2TextConnectors(
        caption_channels=32, text_proj_in_factor=3, connector_rope_base_seq_len=32, rope_theta=10000.0,
        rope_double_precision=False, causal_temporal_positioning=False, rope_type="split",
        **{f"{kind}_connector_num_{k}" if k != "attention_head_dim" else f"{kind}_connector_{k}": v
           for kind in ("video", "audio") for k, v in heads.items()},
    )  # fmt: skip
    audio = AutoencoderKLLTX2Audio(
        base_channels=4, output_channels=2, ch_mult=(1,), num_res_blocks=1, attn_resolutions=None, in_channels=2,
        resolution=32, latent_channels=2, norm_type="pixel", causality_axis="height", dropout=0.0,
        mid_block_add_attention=False, sample_rate=16000, mel_hop_length=160, is_causal=True, mel_bins=8,
    )  # fmt: skip
    vocoder = LTX2Vocoder(
        in_channels=16, hidden_channels=32, out_channels=2, upsample_kernel_sizes=[10, 16, 10], upsample_factors=[5, 8, 4],
        resnet_kernel_sizes=[3], resnet_dilations=[[1, 3, 5]], leaky_relu_negative_slope=0.1, output_sampling_rate=16000,
    )  # fmt: skip
    LTX2Pipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=_ltx_vae(), audio_vae=audio.eval(), text_encoder=reader.eval(),
        tokenizer=ByT5Tokenizer(), connectors=connectors.eval(), transformer=lively(transformer), vocoder=vocoder.eval(),
    ).save_pretrained(folder)  # fmt: skip
    return folder


def save_cogvideox(folder: Path) -> Path:
    """A text-to-video pipeline that no backend knows by name: CogVideoX."""
    from diffusers import (
        AutoencoderKLCogVideoX,
        CogVideoXDDIMScheduler,
        CogVideoXPipeline,
        CogVideoXTransformer3DModel,
    )
    from transformers import T5Config, T5EncoderModel

    torch.manual_seed(6)
    transformer = CogVideoXTransformer3DModel(
        num_attention_heads=4, attention_head_dim=8, in_channels=4, out_channels=4, time_embed_dim=2, text_embed_dim=32,
        num_layers=1, sample_width=8, sample_height=4, sample_frames=49, patch_size=2, temporal_compression_ratio=4,
        max_text_seq_length=226,
    )  # fmt: skip
    vae = AutoencoderKLCogVideoX(
        in_channels=3, out_channels=3, down_block_types=("CogVideoXDownBlock3D",) * 4,
        up_block_types=("CogVideoXUpBlock3D",) * 4, block_out_channels=(8, 8, 8, 8), latent_channels=4,
        layers_per_block=1, norm_num_groups=2, temporal_compression_ratio=4,
    )  # fmt: skip
    reader = T5EncoderModel(
        T5Config(
            vocab_size=384,
            d_model=32,
            d_kv=8,
            d_ff=37,
            num_layers=2,
            num_heads=4,
            relative_attention_num_buckets=8,
        )
    )
    CogVideoXPipeline(
        tokenizer=ByT5Tokenizer(model_max_length=226), text_encoder=reader.eval(), vae=vae.eval(), transformer=lively(transformer),
        scheduler=CogVideoXDDIMScheduler(),
    ).save_pretrained(folder)  # fmt: skip
    return folder
