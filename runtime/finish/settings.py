"""How a film is finished: what is chosen, and what it comes to for a backend's frames."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from scenelang.runtime.backend import Backend, Native

Upscale = Literal["learned", "bicubic"]
Retime = Literal["flow", "blend"]

LEAST_GAIN = Fraction(3, 2)  # what is to get less than this much larger has little to gain


@dataclass(frozen=True)
class Finish:
    """`upscale` is how frames get to the film's size: by the upscaler, or by bicubic resampling alone.
    `retime` is how they get to its rate: by optical flow, or by blending the light of neighbours."""

    upscale: Upscale = "bicubic"
    retime: Retime = "blend"


PLAIN = Finish()


def finish_of(
    backend: Backend, profile: str, upscale: Upscale | None = None, retime: Retime | None = None
) -> Finish:
    """What is asked for; where nothing is, the upscaler but in `draft`, unless the backend says that it isn't worth
    its while (`upscale = "bicubic"`), and optical flow in all profiles."""
    usual: Upscale = "bicubic" if profile == "draft" else getattr(backend, "upscale", "learned")
    return Finish(upscale or usual, retime or "flow")


def gain(native: Native, size: tuple[int, int]) -> Fraction:
    """How many times a backend's frames get larger until they cover a film of `size` (width, height)."""
    return max(Fraction(size[0], native.width), Fraction(size[1], native.height))


def is_learned(native: Native, size: tuple[int, int], finish: Finish) -> bool:
    """Whether the upscaler has part in it."""
    return finish.upscale == "learned" and gain(native, size) >= LEAST_GAIN


def explained(native: Native, size: tuple[int, int], rate: Fraction, finish: Finish) -> dict[str, str]:
    """What is done to a backend's frames, for people, as `upscale` and `retime`."""
    return {"upscale": _sized(native, size, finish), "retime": _timed(native.fps, rate, finish)}


def _sized(native: Native, size: tuple[int, int], finish: Finish) -> str:
    if (native.width, native.height) == size:
        return "none: frames have the film's size"
    ways = f"{native.width}x{native.height} to {size[0]}x{size[1]}"
    if is_learned(native, size, finish):
        return f"learned: {ways} by the upscaler"
    return f"bicubic: {ways} by antialiased resampling"


def _timed(native: Fraction, rate: Fraction, finish: Finish) -> str:
    if native == rate:
        return "none: frames have the film's rate"
    ways = f"{float(native):.5g} to {float(rate):.5g} frames a second"
    if finish.retime == "flow":
        return f"flow: {ways}, things moved along their way by optical flow"
    return f"blend: {ways} by blending neighbours"
