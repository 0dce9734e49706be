"""What is done to a film between its last cut and its delivery, by whoever calls the render."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from scenelang.runtime.backend import FrameArray

CARD = 2  # seconds of an end card, by which a film may be longer than its plan


class Sealing(Protocol):
    """Marks, labels and signs a film. What any of these raises stops the render: nothing is delivered."""

    def begin(self) -> None:
        """Before any work: is there all that the rest needs?"""
        ...

    def frames(self, frames: FrameArray) -> FrameArray:
        """The film's next frames [F, H, W, 3], as they are to be written; sizes stay."""
        ...

    def closing(self) -> Iterator[FrameArray]:
        """Frames that follow the film's last: none, or those of a card of CARD seconds."""
        ...

    def finish(self, path: Path) -> None:
        """The written film, a file or a folder of pictures, under its temporary name."""
        ...
