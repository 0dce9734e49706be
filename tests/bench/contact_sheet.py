"""A contact sheet of a film: `python tests/bench/contact_sheet.py film.mp4 sheet.png [COLUMNS ROWS WIDTH]`."""

from __future__ import annotations

import sys
from pathlib import Path

import av
import cv2
import numpy as np


def contact_sheet(film: Path, sheet: Path, columns: int = 3, rows: int = 3, width: int = 420) -> None:
    """Evenly spaced frames of a film, left to right and down, the first and the last included."""
    with av.open(str(film)) as container:
        frames = [f.to_ndarray(format="bgr24") for f in container.decode(video=0)]
    height = round(width * frames[0].shape[0] / frames[0].shape[1])
    chosen = [frames[round(i * (len(frames) - 1) / (columns * rows - 1))] for i in range(columns * rows)]
    small = [cv2.resize(f, (width, height), interpolation=cv2.INTER_AREA) for f in chosen]
    grid = np.vstack([np.hstack(small[r * columns : (r + 1) * columns]) for r in range(rows)])
    cv2.imwrite(str(sheet), grid, [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    contact_sheet(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:6]))
