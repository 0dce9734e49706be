"""Whether a model's weights fit where they shall run, told before they are loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence

import torch

from scenelang.runtime.checkpoint import ModelError, Part

SPARE = 0.9  # of what is free; the rest is for what comes with the first step
_BYTES = {torch.float32: 4, torch.bfloat16: 2, torch.float16: 2}
_QUANTIZED = {"int8": 1.0, "float8": 1.0}


def free_memory(device: str) -> int | None:
    """Bytes that are free on a device; None where nobody can tell."""
    if device.startswith("cuda") and torch.cuda.is_available():
        return int(torch.cuda.mem_get_info(torch.device(device))[0])
    if device != "cpu":
        return None
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            rows = dict(line.split(":") for line in lines)
        return int(rows["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        try:
            return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (AttributeError, ValueError, OSError):
            return None


def check_memory(
    parts: Sequence[Part],
    denoisers: Sequence[str],
    device: str,
    dtype: torch.dtype,
    *,
    quantize: str = "",
    offload: str = "",
    free: int | None = None,
) -> None:
    """Raises ModelError where the weights of `parts` don't fit, with what would: `denoisers` are those of
    them that are quantised. `free` bytes are those of the device where not given."""
    free = free_memory(device) if free is None else free
    if free is None:
        return

    def size(part: Part, quantized: str) -> float:
        each = _QUANTIZED[quantized] if quantized and part.name in denoisers else _BYTES[dtype]
        return part.parameters * each

    def needed(quantized: str, way: str) -> float:
        sizes = [size(part, quantized) for part in parts]
        return sum(sizes) if not way else max(sizes, default=0) if way == "model" else 0

    room = free * SPARE
    if needed(quantize, offload) <= room:
        return
    ways = [
        ("offload = \"model\"", needed(quantize, "model"), "model"),
        ("quantize = \"int8\"", needed("int8", offload), ""),
        ("offload = \"model\" and quantize = \"int8\"", needed("int8", "model"), "model"),
        ("offload = \"group\"", 0.0, "group"),
    ]  # fmt: skip
    fitting = [
        f"`{way}` (about {_gb(least)} at once)" if least else f"`{way}` (slow, but it always fits)"
        for way, least, offloads in ways
        if least <= room and (device != "cpu" or not offloads)
    ]
    hint = f"in the profile of scenelang.toml: {', or '.join(fitting[:2])}; " if fitting else ""
    raise ModelError(
        f"the weights need {_gb(needed(quantize, offload))} and {_gb(free)} are free on {device}",
        f"{hint}or take a smaller model: see `scenelang models`",
    )


def _gb(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
