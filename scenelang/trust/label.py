"""What viewers see, where it is asked for: a mark in the corner, or a card at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenelang.runtime.backend import FrameArray
from scenelang.runtime.sealing import CARD

WORDS = "AI-generated"
DRAWN = "Computer-generated"  # by previz alone: no model was asked


@dataclass(frozen=True)
class Label:
    """`corner`: the words in every frame, lower right; `card`: two seconds of them behind the film."""

    kind: Literal["corner", "card"]
    words: str = WORDS
    lines: tuple[str, ...] = ()  # more of them on the card

    def on(self, frames: FrameArray) -> FrameArray:
        """The frames [F, H, W, 3] with the corner's words; a card leaves them as they are."""
        if self.kind != "corner" or not len(frames):
            return frames
        _, height, width, _ = frames.shape
        size = max(7, round(height / 28))
        ink = _written(self.words, size)
        tall, broad = (min(a, b) for a, b in zip(ink.shape, (height, width)))
        ink = ink[:tall, :broad, None]
        edge = min(size, height - tall, width - broad)
        at = (
            slice(None),
            slice(height - edge - tall, height - edge),
            slice(width - edge - broad, width - edge),
        )
        out = frames.copy()
        # a dark plate behind light letters: it reads on every picture
        plate = out[at] * np.float32(0.45)
        out[at] = np.rint(plate * (1 - ink) + 240 * ink).astype(np.uint8)
        return out

    def card(self, size: tuple[int, int], rate: Fraction) -> Iterator[FrameArray]:
        """The end card, some frames [F, H, W, 3] at a time."""
        if self.kind != "card":
            return
        width, height = size
        picture = np.full((height, width), 16, np.float32)
        texts = [(self.words, height / 12), *((line, height / 24) for line in self.lines)]
        top = height * (0.46 - 0.04 * len(self.lines))
        for text, letter in texts:
            ink = _written(text, max(7, round(letter)))
            while ink.shape[1] > width - 4 and letter > 6:
                letter *= 0.85
                ink = _written(text, max(5, round(letter)))
            ink = ink[: max(0, height - int(top)), :width]
            left = (width - ink.shape[1]) // 2
            area = picture[int(top) : int(top) + ink.shape[0], left : left + ink.shape[1]]
            area += (235 - area) * ink
            top += ink.shape[0] * 1.2
        frame = np.repeat(np.rint(picture).astype(np.uint8)[..., None], 3, axis=-1)
        left_over = round(CARD * rate)
        while left_over > 0:
            count = min(8, left_over)
            yield np.repeat(frame[None], count, axis=0)
            left_over -= count


def label_of(kind: Literal["corner", "card"], model: str, title: str) -> Label:
    """The label of a film that this model made."""
    words = DRAWN if model == "previz" else WORDS
    return Label(kind, words, (title, f"made with scenelang, model {model}"))


@cache
def _written(text: str, size: int) -> NDArray[np.float32]:
    """The words as ink from 0 to 1 [H, W], with some room around them."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    pad = max(2, size // 3)
    picture = Image.new("L", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad))
    ImageDraw.Draw(picture).text((pad - left, pad - top), text, fill=255, font=font)
    return np.asarray(picture, np.float32) / np.float32(255)
