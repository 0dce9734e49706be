"""The same clip on grids of cells that lie some pixels apart, and their mean.

Where one cell ends and the next begins is no matter of the film, but shows in a picture, and stays in place
when the camera moves. The mean over shifted grids has no such borders (cycle spinning, Coifman & Donoho
1995); it is also nearer to what the model expects than any one sample.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor
from torch.nn.functional import pad

from scenelang.runtime.maquette.cues import Cues
from scenelang.runtime.maquette.transformer import GRID

MARGIN = GRID  # pixels by which a canvas is wider and higher than the picture in it
# where the picture's left upper corner lies on the canvas: of any few that come first, cells and tokens begin at
# other places each
OFFSETS = ((0, 0), (6, 10), (9, 3), (15, 13), (12, 7), (3, 12), (5, 5), (10, 1))


def on_canvas(cues: Cues, height: int, width: int, offset: tuple[int, int]) -> Cues:
    """The cues of a picture of `height` x `width` as those of the canvas on which it lies at `offset`."""
    k = cues.K_BF33.clone()
    for axis, size in ((0, width), (1, height)):
        k[..., axis, axis] *= size / (size + MARGIN)
        k[..., axis, 2] = (k[..., axis, 2] * size + offset[axis]) / (size + MARGIN)
    return replace(cues, K_BF33=k)


def padded(frames: Tensor, offset: tuple[int, int]) -> Tensor:
    """Frames [B, F, 3, H, W] on the canvas; beyond their borders the border's pixels."""
    x, y = offset
    room = (x, MARGIN - x, y, MARGIN - y)
    return pad(frames.flatten(0, 1), room, mode="replicate").unflatten(0, frames.shape[:2])


def cropped(canvas: Tensor, offset: tuple[int, int]) -> Tensor:
    """The way back."""
    x, y = offset
    height, width = (size - MARGIN for size in canvas.shape[-2:])
    return canvas[..., y : y + height, x : x + width]
