"""Wan at its real shapes with random weights, on a GPU: seconds a step, how busy the GPU is, memory; ours and plain.

    python -m tests.bench.wan_shapes            # 1.3B (480p, 81 frames) and 5B (704p, 121 frames), bfloat16
    python -m tests.bench.wan_shapes --tiny     # a small one on the CPU, to see that it runs

A step is two calls of the denoiser, for the prompt and the negative prompt. MFU is the share of what a large
matrix product reaches on the same device in the same run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import tiny_models as tiny
import torch
from diffusers import AutoencoderKLWan, UniPCMultistepScheduler, WanPipeline, WanTransformer3DModel
from films import plan_text

from scenelang.compiler.conditioning import condition_shot
from scenelang.runtime.backend import Job
from scenelang.runtime.checkpoint import Part
from scenelang.runtime.settings import ProfileSettings, Settings
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.cost import wan_flops
from scenelang.runtime.video_models.options import place
from scenelang.runtime.video_models.wan import WanBackend

STEPS = 4
FILM = """scenelang 1
film "One" {{ size {size}; fps {fps}; seed 1 }}
character mara "a woman"
shot a {frames}f {{
  mara at (0m, 0m)
{actions}}}
"""


@dataclass(frozen=True)
class Shape:
    name: str
    network: dict[str, Any]
    vae: dict[str, Any]
    size: tuple[int, int]
    frames: int
    fps: int
    by_token: bool = False


REAL = (
    Shape("1.3B", {"num_attention_heads": 12, "ffn_dim": 8960, "num_layers": 30}, {}, (832, 480), 81, 16),
    Shape(
        "5B", {"num_attention_heads": 24, "ffn_dim": 14336, "num_layers": 30, "in_channels": 48, "out_channels": 48},
        {"base_dim": 160, "decoder_base_dim": 256, "z_dim": 48, "is_residual": True, "in_channels": 12,
         "out_channels": 12, "patch_size": 2, "scale_factor_spatial": 16, "scale_factor_temporal": 4,
         "latents_mean": [0.0] * 48, "latents_std": [1.0] * 48},
        (1280, 704), 121, 24, True,
    ),
)  # fmt: skip
SMALL = (
    Shape("tiny", tiny.WAN, {"base_dim": 3, "z_dim": 16, "dim_mult": [1, 1, 1, 1], "num_res_blocks": 1,
                             "temperal_downsample": [False, True, True]}, (64, 32), 17, 16),
)  # fmt: skip


class Loaded(WanBackend):
    """The backend over a pipeline that is there already, of a folder with configurations alone."""

    def whole_parts(self) -> list[Part]:
        return []


def made(shape: Shape, device: str, dtype: torch.dtype) -> WanPipeline:
    with torch.device(device):
        network = WanTransformer3DModel(**shape.network)
        vae = AutoencoderKLWan(**shape.vae)
    exact = set(network._keep_in_fp32_modules)  # as a model that is loaded has them
    for name, weight in network.named_parameters():
        if not exact & set(name.split(".")):
            weight.data = weight.data.to(dtype)
    scheduler = UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
    pipe = WanPipeline(None, None, vae, scheduler, network, expand_timesteps=shape.by_token)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def backend_of(pipe: WanPipeline, shape: Shape, folder: Path) -> Loaded:
    for name, config in (("transformer", pipe.transformer.config), ("vae", pipe.vae.config)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "config.json").write_text(json.dumps(dict(config), default=list))
    (folder / "model_index.json").write_text(
        json.dumps({"_class_name": "WanPipeline", "expand_timesteps": shape.by_token})
    )
    width, height = shape.size
    profile = ProfileSettings(steps=STEPS, size=f"{width}x{height}")
    backend = Loaded(Source(folder, settings=Settings(profiles={"final": profile})))
    backend._pipeline = pipe
    return backend


def seconds(work: Callable[[], object], device: str) -> float:
    """Of the second of two runs."""
    work()
    _wait(device)
    begun = perf_counter()
    work()
    _wait(device)
    return perf_counter() - begun


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def matmul_rate(device: str, dtype: torch.dtype) -> float:
    """Operations a second of a large matrix product."""
    n, often = (8192, 50) if device.startswith("cuda") else (512, 5)
    a = torch.randn(n, n, device=device, dtype=dtype)

    def work() -> None:
        for _ in range(often):
            a @ a

    return 2 * n**3 * often / seconds(work, device)


def ours(
    backend: Loaded, shape: Shape, segments: int, device: str, width: int, dtype: torch.dtype
) -> Callable[[], None]:
    """The shot without its decoding, so that steps alone are timed."""
    half = shape.frames // 2
    actions = f"  0f..{half}f mara hums\n  {half}f.. mara juggles\n" if segments == 2 else ""
    size = "x".join(map(str, shape.size))
    plan = plan_text(FILM.format(size=size, fps=shape.fps, frames=shape.frames, actions=actions))
    numbers = torch.Generator().manual_seed(0)
    c = condition_shot(
        plan, plan.shots[0], backend.native(plan, "final"), dialect="wan",
        encode=lambda texts: torch.randn(len(texts), 512, width, generator=numbers),
    )  # fmt: skip
    job = Job(plan, plan.shots[0], c, backend.native(plan, "final"), "final", device)

    def work() -> None:
        for _ in backend.render(job, None):
            pass

    return work


def plain(
    pipe: WanPipeline, shape: Shape, width: int, device: str, dtype: torch.dtype
) -> Callable[[], object]:
    text = torch.randn(1, 512, width, device=device, dtype=dtype)
    return lambda: pipe(
        prompt_embeds=text, negative_prompt_embeds=text, height=shape.size[1], width=shape.size[0],
        num_frames=shape.frames, num_inference_steps=STEPS, guidance_scale=5.0, output_type="np",
        generator=torch.Generator().manual_seed(1),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tiny", action="store_true")
    chosen = parser.parse_args()
    device, dtype = ("cpu", torch.float32) if chosen.tiny else ("cuda", torch.bfloat16)
    peak = matmul_rate(device, dtype)
    print(f"{device}: a matrix product reaches {peak / 1e12:.2f} TFLOP/s in {dtype}")
    for shape in SMALL if chosen.tiny else REAL:
        with tempfile.TemporaryDirectory() as temporary:
            measure(shape, Path(temporary), device, dtype, peak)


@torch.no_grad()
def measure(shape: Shape, folder: Path, device: str, dtype: torch.dtype, peak: float) -> None:
    pipe = made(shape, device, dtype)
    backend = backend_of(pipe, shape, folder)
    width = pipe.transformer.config.text_dim
    latent = (shape.frames - 1) // 4 + 1
    shrink = 16 if shape.by_token else 8
    each = wan_flops(
        dict(pipe.transformer.config), latent, shape.size[1] // shrink, shape.size[0] // shrink
    )
    vae = seconds(lambda: _decoded(pipe, latent, shape, shrink, device), device)
    ways: dict[str, Callable[[], object]] = {
        "plain diffusers": plain(pipe, shape, width, device, dtype),
        "scenelang, one segment": ours(backend, shape, 1, device, width, dtype),
        "scenelang, two segments": ours(backend, shape, 2, device, width, dtype),
    }
    print(
        f"{shape.name}: {shape.size[0]}x{shape.size[1]}, {shape.frames} frames; decoding takes {vae:.2f} s"
    )
    for name, work in ways.items():
        _report(name, work, each, vae, device, peak)
    place(pipe, backend.profiles["fast"], device, [pipe.transformer])
    _report("scenelang, one segment, fast", ways["scenelang, one segment"], each, vae, device, peak)


def _decoded(pipe: WanPipeline, latent: int, shape: Shape, shrink: int, device: str) -> None:
    z = torch.zeros(
        1, pipe.vae.config.z_dim, latent, shape.size[1] // shrink, shape.size[0] // shrink, device=device
    )
    pipe.vae.decode(z.to(pipe.vae.dtype))


def _report(
    name: str, work: Callable[[], object], each: int, vae: float, device: str, peak: float
) -> None:
    if device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()
    step = (seconds(work, device) - vae) / STEPS
    memory = (
        f", {torch.cuda.max_memory_allocated() / 1e9:.1f} GB at the peak"
        if device.startswith("cuda")
        else ""
    )
    print(
        f"  {name:<32} {step:7.3f} s a step, {2 * each / step / peak:6.1%} of the matrix product{memory}"
    )


if __name__ == "__main__":
    main()
