"""Corners of a video followed from frame to frame, for the measure of its camera move.

Following beats matching distant frames directly, which confuses the squares of a checked floor.
All pixels are of frames brought to WIDTH pixels wide, counted from the middle, x right, y down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from scenelang.runtime.measure.camera_fits import WIDTH, Floats
from scenelang.runtime.measure.opencv import cv2

FrameArray = NDArray[np.uint8]  # [F, H, W, 3]
Grey = NDArray[np.uint8]  # [H, W]
Points = NDArray[np.float32]  # [N, 2]

CELL, CORNERS = 40, 6  # px; corners looked for in each cell of a grid
FLAT = 1.0  # grey levels: a cell that varies less has no corners
SPECK = 12  # grey levels by which a speck stands out from a ring around it
RINGS = (11, 19)  # px, the widths of those rings


@dataclass(frozen=True)
class Pair:
    """Where the same corners are in two frames of the clip."""

    span: tuple[int, int]
    a_N2: Floats
    b_N2: Floats

    @property
    def length_N(self) -> Floats:
        return np.linalg.norm(self.b_N2 - self.a_N2, axis=1)

    @property
    def motion(self) -> float:
        """Their motion in px: the median would be none in a dolly before a far background."""
        return float(np.quantile(self.length_N, 0.7))


def tracked(frames: FrameArray, steps: list[int], keys: list[int]) -> Iterator[Pair]:
    """Corners of the first key frame in all the others, and of each in its next.

    Frames are uint8 [F, H, W, 3]; corners are followed through those of `steps`, which contain the keys.
    """
    height = round(frames.shape[1] * WIDTH / frames.shape[2])
    middle = np.array([(WIDTH - 1) / 2, (height - 1) / 2])
    grey = {i: without_specks(prepared(frames[i], (WIDTH, height))) for i in steps}
    for start, following in pairwise(keys):
        last = keys[-1] if start == keys[0] else following
        a_N2 = b_N2 = corners(grey[start])
        for here, there in pairwise(steps):
            if start <= here < last and len(b_N2):
                alive_N, b_N2 = follow(grey[here], grey[there], b_N2)
                a_N2, b_N2 = a_N2[alive_N], b_N2[alive_N]
                if there in keys and len(b_N2):
                    yield Pair((start, there), a_N2 - middle, b_N2 - middle)


def prepared(frame: NDArray[np.uint8], size: tuple[int, int]) -> Grey:
    return cv2.resize(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_CUBIC)


def without_specks(grey: Grey) -> Grey:
    """The picture without snow, rain, embers and petals, which else take the corners and end the tracks.

    A speck is brighter, or darker, than all of a ring around it; the corner of a house or a tile never is.
    """
    speck = np.zeros_like(grey)
    for width in RINGS:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        ring = disc - np.pad(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width - 2, width - 2)), 1)
        above = cv2.subtract(grey, cv2.dilate(grey, ring))
        below = cv2.subtract(cv2.erode(grey, ring), grey)
        speck = np.maximum(speck, np.maximum(above, below))
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    filling = cv2.resize(cv2.medianBlur(half, 7), grey.shape[::-1])
    return np.where(cv2.dilate(speck, np.ones((5, 5), np.uint8)) > SPECK, filling, grey)


def corners(grey: Grey) -> Points:
    """Corners [N, 2], as many from each cell of a grid, so that no textured thing outvotes the rest.

    The threshold is each cell's own: the dim floor of a night counts as much as a bright house.
    Harris's measure leaves out edges, along which a track would slip.
    """
    found = [np.zeros((0, 2), np.float32)]
    for top in range(0, grey.shape[0] - CELL // 2, CELL):
        for left in range(0, grey.shape[1] - CELL // 2, CELL):
            cell = grey[top : top + CELL, left : left + CELL]
            if cell.std() < FLAT:
                continue
            points = cv2.goodFeaturesToTrack(cell, CORNERS, 0.02, 5, useHarrisDetector=True, k=0.08)
            if points is not None:
                found.append(points.reshape(-1, 2) + np.array([left, top], np.float32))
    return np.concatenate(found)


def follow(
    here: Grey, there: Grey, points_N2: Points, levels: int = 3, guess_N2: Points | None = None
) -> tuple[NDArray[np.bool_], Points]:
    """Where the points are in the next frame; alive are those that find their way back.

    `levels` halvings of the picture bound how far a point may have gone; `guess_N2` is where to look first.
    """
    how = {"winSize": (15, 15), "maxLevel": levels}
    if guess_N2 is None:
        there_N2, ok, _ = cv2.calcOpticalFlowPyrLK(here, there, points_N2, None, **how)
        back_N2, back_ok, _ = cv2.calcOpticalFlowPyrLK(there, here, there_N2, None, **how)
    else:
        how["flags"] = cv2.OPTFLOW_USE_INITIAL_FLOW
        there_N2, ok, _ = cv2.calcOpticalFlowPyrLK(here, there, points_N2, guess_N2.copy(), **how)
        start_N2 = there_N2 - (guess_N2 - points_N2)
        back_N2, back_ok, _ = cv2.calcOpticalFlowPyrLK(there, here, there_N2, start_N2, **how)
    inside_N = ((there_N2 >= 2) & (there_N2 < np.array(there.shape[::-1]) - 2)).all(1)
    returned_N = np.linalg.norm(back_N2 - points_N2, axis=1) < 0.5
    return (ok.ravel() == 1) & (back_ok.ravel() == 1) & inside_N & returned_N, there_N2
