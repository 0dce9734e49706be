"""How much light what drifts takes from what is far: fog and mist most of all, snow and rain a little."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

# the share of light lost in a metre of open air at full density
LOST = {"fog": 0.07, "mist": 0.035, "smoke": 0.02, "snow": 0.008, "rain": 0.004, "dust": 0.006}
INSIDE = 0.4  # of it where there is a roof


def haze(kinds: Sequence[str], density_FP: Tensor, inside: bool) -> Tensor:
    """The share of light lost in a metre [F], of kinds of particles with a density (0 to 1) in every frame."""
    lost = torch.tensor([LOST.get(kind, 0.0) for kind in kinds])
    return (density_FP * lost).sum(-1) * (INSIDE if inside else 1.0)
