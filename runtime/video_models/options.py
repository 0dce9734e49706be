"""How a model runs in a profile, and how that is done to a pipeline of diffusers."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from typing import Any

import torch

from scenelang.runtime.checkpoint import ModelError, first_line, out_of_memory
from scenelang.runtime.loading import quiet
from scenelang.runtime.settings import Settings

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
SAMPLERS = {
    "unipc": "UniPCMultistepScheduler",
    "euler": "FlowMatchEulerDiscreteScheduler",
    "dpm++": "DPMSolverMultistepScheduler",
}
# settings of a scheduler that make it one of flow matching, where its class can do other things too
_OF_FLOW = {
    "unipc": {"prediction_type": "flow_prediction", "use_flow_sigmas": True},
    "dpm++": {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "algorithm_type": "dpmsolver++"},
    "euler": {},
}  # fmt: skip


@dataclass(frozen=True)
class Options:
    """A profile of one model. `area` in pixels; empty strings leave things as the model has them."""

    steps: int
    guidance: float
    area: int
    size: tuple[int, int] | None = None
    guidance_2: float | None = None
    sampler: str = ""
    shift: float | None = None
    cache: str = ""
    cache_threshold: float = 0.08
    attention: str = ""
    compile: bool = False
    offload: str = ""
    quantize: str = ""
    dtype: str = "auto"

    def torch_dtype(self, device: str) -> torch.dtype:
        return DTYPES.get(
            self.dtype, torch.bfloat16 if device.startswith(("cuda", "mps")) else torch.float32
        )


def options(own: dict[str, Options], settings: Settings, profile: str) -> Options:
    """A model's own profile with what the project's settings change."""
    said = settings.profile(profile)
    if "size" in said:
        width, height = (int(n) for n in str(said["size"]).split("x"))
        said |= {"size": (width, height), "area": width * height}
    return replace(own[profile], **said)  # type: ignore[arg-type]


def place(pipe: Any, chosen: Options, device: str, denoisers: list[Any]) -> None:
    """Puts a loaded pipeline where it runs, with the options that are not part of a call.

    Raises ModelError for what this machine or these versions can't do.
    """
    try:
        if chosen.sampler:
            pipe.scheduler = scheduler(chosen.sampler, pipe.scheduler, chosen.shift)
        elif chosen.shift is not None:
            pipe.scheduler = type(pipe.scheduler).from_config(
                pipe.scheduler.config, **_shift(chosen.shift)
            )
        offload(pipe, chosen.offload, device)
        for denoiser in denoisers:
            if chosen.attention:
                denoiser.set_attention_backend(chosen.attention)
            with quiet():
                _cached(pipe, denoiser, chosen)
            if chosen.compile:
                denoiser.compile_repeated_blocks(fullgraph=False)
    except ModelError:
        raise
    except Exception as error:  # whatever a library says that it can't do
        if out_of_memory(error):
            raise
        raise ModelError(
            f"the model can't run as the profile wants: {first_line(error)}",
            "change the profile in scenelang.toml; docs/models.md says what there is",
        ) from error


def scheduler(name: str, before: Any, shift: float | None) -> Any:
    """Another sampler with the same schedule."""
    import diffusers

    kind = getattr(diffusers, SAMPLERS[name])
    kept = (
        shift if shift is not None else before.config.get("flow_shift", before.config.get("shift", 1.0))
    )
    return kind(**_OF_FLOW[name], **({"shift": kept} if name == "euler" else {"flow_shift": kept}))


def _shift(shift: float) -> dict[str, float]:
    return {"flow_shift": shift, "shift": shift}


def offload(pipe: Any, way: str, device: str) -> None:
    """Puts a pipeline on the device, or has it loaded part by part. Raises ModelError where it can't be."""
    if not way:
        pipe.to(device)
    elif device == "cpu":
        raise ModelError(
            "offload needs an accelerator to load from: the device is the CPU", "leave it out"
        )
    elif way == "model":
        pipe.enable_model_cpu_offload(device=device)
    elif way == "sequential":
        pipe.enable_sequential_cpu_offload(device=device)
    else:
        pipe.enable_group_offload(
            onload_device=torch.device(device), offload_device=torch.device("cpu"),
            offload_type="leaf_level", use_stream=True,
        )  # fmt: skip


def _cached(pipe: Any, denoiser: Any, chosen: Options) -> None:
    if chosen.cache == "cache-dit":
        if importlib.util.find_spec("cache_dit") is None:
            raise ModelError("the cache `cache-dit` is not installed", "pip install cache-dit")
        import cache_dit

        # of the network, not of the pipeline: that would change the pipeline's class for all there are
        config = cache_dit.DBCacheConfig(
            Fn_compute_blocks=1, residual_diff_threshold=chosen.cache_threshold
        )
        cache_dit.enable_cache(denoiser, cache_config=config)
        return
    if not chosen.cache:
        return
    from diffusers import FirstBlockCacheConfig, PyramidAttentionBroadcastConfig, TaylorSeerCacheConfig

    made = {
        "first-block": lambda: FirstBlockCacheConfig(threshold=chosen.cache_threshold),
        "taylor": TaylorSeerCacheConfig,
        "pyramid": lambda: PyramidAttentionBroadcastConfig(
            spatial_attention_block_skip_range=2, cross_attention_block_skip_range=2,
            current_timestep_callback=lambda: pipe.current_timestep,
        ),
    }  # fmt: skip
    denoiser.enable_cache(made[chosen.cache]())


def fresh(denoisers: list[Any], chosen: Options) -> None:
    """Has cache-dit forget the clip before; the caches of diffusers do so by themselves."""
    if chosen.cache == "cache-dit":
        import cache_dit

        for denoiser in denoisers:
            cache_dit.refresh_context(denoiser, num_inference_steps=chosen.steps)


def quantization(chosen: Options, components: list[str]) -> Any:
    """What `from_pretrained` takes to quantise the denoisers, or None. Raises ModelError without torchao."""
    if not chosen.quantize:
        return None
    if importlib.util.find_spec("torchao") is None:
        raise ModelError(
            f"quantising to {chosen.quantize} needs torchao", "pip install 'scenelang[quantize]'"
        )
    from diffusers import PipelineQuantizationConfig, TorchAoConfig
    from torchao.quantization import Float8WeightOnlyConfig, Int8WeightOnlyConfig

    made = {"int8": Int8WeightOnlyConfig, "float8": Float8WeightOnlyConfig}[chosen.quantize]
    return PipelineQuantizationConfig(quant_mapping={name: TorchAoConfig(made()) for name in components})


def quantize(network: Any, config: Any) -> None:
    """Quantises a network that is loaded already, as `from_pretrained` does with this part's configuration."""
    from torchao.quantization import quantize_

    exact = network._keep_in_fp32_modules or ()
    quantize_(
        network,
        config.quant_type,
        lambda layer, name: isinstance(layer, torch.nn.Linear) and not set(exact) & set(name.split(".")),
    )
