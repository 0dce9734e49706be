"""How much a clip costs, by formula: floating-point operations of one call of Wan's transformer."""

from __future__ import annotations

from typing import Any

TEXT = 512  # tokens of a prompt


def wan_flops(config: dict[str, Any], latent_frames: int, height: int, width: int) -> int:
    """Of one forward pass over latents of this size, counting a multiplication and an addition as two.

    N tokens, d their width, f the feed-forward's, L blocks: 2NL(6d² + 2df) for the projections, 4N²dL and
    4·512·NdL for self- and cross-attention, 4·512·Ld² for the text's keys and values.
    """
    _, down, across = config.get("patch_size", (1, 2, 2))
    n = latent_frames * (height // down) * (width // across)
    d = config["num_attention_heads"] * config["attention_head_dim"]
    f, layers = config["ffn_dim"], config["num_layers"]
    every = 2 * n * (6 * d * d + 2 * d * f) + 4 * n * n * d + 4 * TEXT * n * d + 4 * TEXT * d * d
    return int(layers * every)
