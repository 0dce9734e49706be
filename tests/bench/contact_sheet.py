"""A contact sheet of a film: `python tests/bench/contact_sheet.py film.mp4 sheet.jpg --beside animatic.mp4`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def contact_sheet(
    films: list[Path], sheet: Path, columns: int = 3, rows: int = 3, width: int = 420
) -> None:
    """Evenly spaced frames of a film, left to right and down, the first and the last included. Of several
    films the rows alternate: the first rows of each, then the second rows of each."""
    strips: list[list[Picture]] = [_rows(film, columns, rows, width) for film in films]
    grid: Any = np.vstack([strip[row] for row in range(rows) for strip in strips])
    cv2.imwrite(str(sheet), grid, [cv2.IMWRITE_JPEG_QUALITY, 88] if sheet.suffix == ".jpg" else [])


def _rows(film: Path, columns: int, rows: int, width: int) -> list[Picture]:
    frames: list[Picture] = []
    with av.open(str(film)) as container:
        for frame in container.decode(video=0):
            size = (width, round(width * frame.height / frame.width))
            frames.append(
                cv2.resize(frame.to_ndarray(format="bgr24"), size, interpolation=cv2.INTER_AREA)
            )
    small: Any = [
        frames[round(i * (len(frames) - 1) / (columns * rows - 1))] for i in range(columns * rows)
    ]
    return [np.hstack(small[row * columns : (row + 1) * columns]) for row in range(rows)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("film", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("size", type=int, nargs="*", default=[3, 3, 420], help="columns, rows, width")
    parser.add_argument("--beside", type=Path, help="a second film, row by row below the first")
    chosen = parser.parse_args()
    contact_sheet([chosen.film, *filter(None, [chosen.beside])], chosen.sheet, *chosen.size)


if __name__ == "__main__":
    main()
