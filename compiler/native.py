"""The size and rate at which a backend works."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Native:
    """A backend's own picture size in pixels and frame rate; the film is conformed to its own."""

    width: int
    height: int
    fps: Fraction
