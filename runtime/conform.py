"""Brings a shot's frames from the size and rate of a backend to those of the film.

Both halves stream: a chunk [F, H, W, 3] comes in, a chunk goes out, and no more than the
chunk and the frame before it are held. How well is chosen by finish/settings.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import interpolate

from scenelang.runtime.backend import FrameArray, Native
from scenelang.runtime.errors import TakeError
from scenelang.runtime.finish.between import between
from scenelang.runtime.finish.settings import PLAIN, Finish, is_learned
from scenelang.runtime.linear import mix
from scenelang.runtime.workers import cores, side_by_side

if TYPE_CHECKING:
    from scenelang.runtime.finish.enlarge import Enlarger

# frames at shares of the way from one to another
Between = Callable[[FrameArray, FrameArray, Sequence[Fraction]], Sequence[FrameArray]]


class Conformer:
    """What brings takes of a native size and rate to a film's size (width, height) and rate.

    Raises ModelError where the upscaler is needed and can't be loaded.
    """

    def __init__(
        self,
        native: Native,
        size: tuple[int, int],
        rate: Fraction,
        finish: Finish = PLAIN,
        device: str = "cpu",
    ) -> None:
        self.native, self.size, self.rate = native, size, rate
        self.enlarge = _enlarger(device) if is_learned(native, size, finish) else None
        self.between: Between = between if finish.retime == "flow" else blended

    def __call__(self, chunks: Iterable[FrameArray], frames: int) -> Iterator[FrameArray]:
        """The `frames` frames of a shot.

        Raises `TakeError` if the chunks aren't uint8 [F, H, W, 3] of the native size, or end early.
        """
        checked = _of_native_size(chunks, self.native)
        # Retiming comes first: it is dearer a pixel than scaling, and backends are mostly smaller.
        retimed = retime(checked, self.native.fps, self.rate, frames, self.between)
        return fit(retimed, self.size, self.enlarge)


def _enlarger(device: str) -> Enlarger:
    from scenelang.runtime.finish.enlarge import Enlarger  # brings diffusers along: not for an animatic

    return Enlarger(device=device)


def conform(
    chunks: Iterable[FrameArray], native: Native, size: tuple[int, int], rate: Fraction, frames: int
) -> Iterator[FrameArray]:
    """The `frames` frames of a shot at the film's size (width, height) and rate, in the plain way."""
    return Conformer(native, size, rate)(chunks, frames)


def native_frames(frames: int, native_rate: Fraction, rate: Fraction) -> int:
    """How many native frames make this many film frames; one more spares holding the last."""
    return math.floor((frames - 1) * native_rate / rate) + 1 if frames else 0


def covering_size(width: int, height: int, size: tuple[int, int]) -> tuple[int, int]:
    """The size (width, height) of a picture that, scaled evenly, just covers a film of `size`.

    What stands out is even, so that the picture's centre stays the film's centre exactly;
    the rounding is under a pixel over the whole width or height.
    """
    scale = max(Fraction(size[0], width), Fraction(size[1], height))
    across, down = (_round_evenly(n * scale, over) for n, over in zip((width, height), size))
    return across, down


def _round_evenly(length: Fraction, over: int) -> int:
    return over + 2 * round((length - over) / 2)


def fit(
    chunks: Iterable[FrameArray], size: tuple[int, int], enlarge: Enlarger | None = None
) -> Iterator[FrameArray]:
    """Frames scaled to cover `size` (width, height) and cropped about their centre.

    Never stretched. With `enlarge` they are made larger by it first. Resampling is antialiased
    bicubic; frames that fit are passed on as they are.
    """
    across, down = size
    for chunk in chunks:
        width, height = covering_size(chunk.shape[2], chunk.shape[1], size)
        if enlarge is not None:
            chunk = enlarge(chunk)
        if (width, height) != (chunk.shape[2], chunk.shape[1]):
            chunk = _resample(chunk, width, height)
        left, top = (width - across) // 2, (height - down) // 2
        yield chunk[:, top : top + down, left : left + across]


def _resample(chunk: FrameArray, width: int, height: int) -> FrameArray:
    # uint8 in channels-last order takes torch's vectorised path: ten times faster than in floats.
    frames_FHW3 = torch.from_numpy(np.require(chunk, requirements=("C", "W")))
    planes_F3HW = frames_FHW3.permute(0, 3, 1, 2)
    scaled_F3HW = interpolate(planes_F3HW, size=(height, width), mode="bicubic", antialias=True)
    return scaled_F3HW.permute(0, 2, 3, 1).contiguous().numpy()


def blended(a: FrameArray, b: FrameArray, weights: Sequence[Fraction]) -> list[FrameArray]:
    """The light of both, mixed: at 0 it is `a`, at 1 `b`."""
    return [mix(a, b, weight) for weight in weights]


def retime(
    chunks: Iterable[FrameArray],
    native_rate: Fraction,
    rate: Fraction,
    frames: int,
    between: Between = blended,
) -> Iterator[FrameArray]:
    """Exactly `frames` frames at the film's rate, of frames at the native one.

    Frame k of the film lies at k · native_rate / rate among the native frames, exactly; between
    two of them `between` makes it. At equal rates chunks are passed on uncopied. Native frames
    past the end are left out. Past the last native frame, by less than one of them, it is held.

    Raises `TakeError` if fewer than `native_frames(frames, native_rate, rate)` come.
    """
    step = native_rate / rate
    made = seen = 0
    last: FrameArray | None = None
    for chunk in filter(len, chunks):
        if step == 1:
            out = chunk[: frames - made]
        else:
            known = chunk if last is None else np.concatenate([last, chunk])
            first = seen - (0 if last is None else 1)
            out = _between(known, first, step, range(made, frames), between)
            last = chunk[-1:].copy()
        seen += len(chunk)
        made += len(out)
        if len(out):
            yield out
        if made == frames:
            return
    if last is not None and (frames - 1) * step < seen:
        yield np.repeat(last, frames - made, axis=0)
    elif made < frames:
        needed = native_frames(frames, native_rate, rate)
        raise TakeError(f"the take ends after {seen} of {needed} native frames")


def _between(
    known: FrameArray, first: int, step: Fraction, wanted: range, between: Between
) -> FrameArray:
    """Those of the film's frames that lie among the known native ones, which are counted from `first`."""
    end = first + len(known) - 1
    inside = takewhile(lambda position: position <= end, (k * step for k in wanted))
    pairs = [
        (known[n - first], known[min(n + 1, end) - first], [position - n for position in positions])
        for n, positions in groupby(inside, key=math.floor)
    ]
    # pairs side by side use the cores better than one pair split among them
    made = side_by_side(lambda pair: between(*pair), pairs, min(len(pairs), cores()))
    out = [frame for frames in made for frame in frames]
    return np.stack(out) if out else known[:0]


def _of_native_size(chunks: Iterable[FrameArray], native: Native) -> Iterator[FrameArray]:
    for chunk in chunks:
        if chunk.dtype != np.uint8 or chunk.shape[1:] != (native.height, native.width, 3):
            raise TakeError(
                f"the backend gave {chunk.dtype} frames of shape {list(chunk.shape)}",
                f"it said uint8 [F, {native.height}, {native.width}, 3]",
            )
        yield chunk
