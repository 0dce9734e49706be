"""Which camera move a finished video shows, measured from its pixels alone.

Between several pairs of frames the followed corners are explained by three models: a camera that
turns and zooms, one that slides without turning, and one that does both. What turns and zooms
explain nearly as well as the freest model is a pan, tilt, roll or zoom; else the camera's way and
its turn name the move, which all pairs then vote on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np

from scenelang.runtime.measure.camera_fits import WIDTH, Fit, fit_both, fit_slide, fit_turn, turned
from scenelang.runtime.measure.camera_tracks import FrameArray, Pair, tracked

STILL = 1.5  # px at WIDTH: a smaller motion between two frames is none
STEPS = 24  # at most, in which corners are followed through the clip: each adds to the drift
ENOUGH = 20  # tracks that a pair of frames needs
TRUSTED = 40  # tracks below which the confidence shrinks
SENSE = 0.6  # part of a pair's tracks that some camera must explain, else the pair shows none
NOISE = (0.4, 2.5)  # px: a track as near as 3 sigma to a model is explained by it, within these limits
DRIFT = 0.03  # and this part of its motion more, for what the tracker loses on the way
BOTH_AXES = 1.5  # the model that predicts x and y may miss by more than those that predict a line
TURN_EXPLAINS = 0.75  # part of the best model's tracks that a turn with zoom must explain
SLIDE_EXPLAINS = 0.94  # the same for a slide without a turn
ARC = 0.25  # part of the motion that the turn makes in an orbit, at least

DIRECTIONS = {
    "pan": ("right", "left"),
    "tilt": ("up", "down"),
    "roll": ("cw", "ccw"),
    "zoom": ("in", "out"),
    "truck": ("right", "left"),
    "pedestal": ("up", "down"),
    "dolly": ("in", "out"),
    "orbit": ("right", "left"),
}


@dataclass(frozen=True)
class Motion:
    """A camera move and the numbers that speak for it.

    `direction` is the operator's, empty for "static". `confidence` is 0 to 1. The rest is measured
    between the two frames `span`, those that show the move best: `turn` is pan right, tilt up, roll
    cw in degrees (exact only as far as the focal length is), `zoom` the ratio of focal lengths,
    `slide` the unit direction of the camera's way (right, up, forward) or zeros, `motion` that of
    the tracks in parts of the frame's width. `turn_explains` and `slide_explains` are the parts
    of the best model's tracks, over the whole clip, that a turn with zoom and a slide explain.
    """

    kind: str
    direction: str
    confidence: float
    turn: tuple[float, float, float] = (0.0, 0.0, 0.0)
    zoom: float = 1.0
    slide: tuple[float, float, float] = (0.0, 0.0, 0.0)
    motion: float = 0.0
    turn_explains: float = 1.0
    slide_explains: float = 1.0
    tracks: int = 0
    span: tuple[int, int] = (0, 0)


def read_frames(path: str | Path) -> FrameArray:
    """All frames of a video file, uint8 [F, H, W, 3] in RGB."""
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def classify(frames: FrameArray) -> Motion:
    """The one camera move of a clip without cuts, uint8 [F, H, W, 3].

    Left, right, up, down are the camera's own axes: a level truck of a camera with a dutch angle of
    50° would be called a pedestal. Never raises for want of texture or length: what can't be
    measured is "static" with a confidence near 0.
    """
    steps = sorted({round(i * (len(frames) - 1) / STEPS) for i in range(STEPS + 1)})
    keys = sorted({steps[round(quarter * (len(steps) - 1) / 4)] for quarter in range(5)})
    pairs = [pair for pair in tracked(frames, steps, keys) if len(pair.a_N2) >= ENOUGH]
    moved = [pair for pair in pairs if pair.motion > STILL]
    if not moved:
        tracks = max((len(pair.a_N2) for pair in pairs), default=0)
        return Motion("static", "", min(1.0, tracks / TRUSTED), tracks=tracks, span=(0, len(frames) - 1))

    counted = []
    for pair in moved:
        models = fit_all(pair)
        counts = explained(pair, models)
        if max(counts) > SENSE * len(pair.a_N2):
            counted.append((pair, models, np.array(counts)))
    if not counted:
        return Motion("static", "", 0.0)
    turn, slide, both = np.sum([pair.motion**2 * counts for pair, _, counts in counted], axis=0)
    most = max(turn, slide, both)
    model = 0 if turn > TURN_EXPLAINS * most else 1 if slide > SLIDE_EXPLAINS * most else 2

    name = named_slide if model else named_turn
    seen = [name(pair, models[model]) for pair, models, _ in counted]
    votes: dict[tuple[str, str], float] = defaultdict(float)
    for motion in seen:
        votes[motion.kind, motion.direction] += weight(motion)
    best = max(votes, key=lambda kind: votes[kind])
    clearest = max((m for m in seen if (m.kind, m.direction) == best), key=weight)
    agreement = votes[best] / max(sum(m.motion * m.tracks for m in seen), 1e-9)
    return replace(
        clearest,
        confidence=float(agreement * min(1.0, clearest.tracks / TRUSTED)),
        turn_explains=float(turn / most),
        slide_explains=float(slide / most),
    )


def weight(motion: Motion) -> float:
    return motion.confidence * motion.motion * motion.tracks


def fit_all(pair: Pair) -> tuple[Fit, Fit, Fit]:
    """A turn with zoom, a slide, and a slide with a turn, each as good as it gets."""
    turn = fit_turn(pair.a_N2, pair.b_N2)
    if np.mean(turn.miss_N < 1 + DRIFT * pair.length_N) > 0.95:
        return turn, turn, turn  # nothing is left for a slide to explain
    slide = fit_slide(pair.a_N2, pair.b_N2)
    return turn, slide, fit_both(pair.a_N2, pair.b_N2, (turn, slide))


def explained(pair: Pair, models: tuple[Fit, Fit, Fit]) -> list[int]:
    """How many tracks each model explains, at the noise that the freest one leaves."""
    turn, slide, both = models
    sigma = 1.48 * float(np.median(np.minimum(both.miss_N, WIDTH)))
    near_N = np.clip(3 * sigma, *NOISE) + DRIFT * pair.length_N
    return [
        int((fit.miss_N < near_N * wide).sum())
        for fit, wide in ((turn, BOTH_AXES), (slide, 1), (both, 1))
    ]


def named_turn(pair: Pair, fit: Fit) -> Motion:
    """The name of a move without parallax: the part that moves the picture most."""
    pan, tilt, roll = -fit.rotation[[1, 0, 2]]
    radius = np.linalg.norm(pair.a_N2, axis=1).mean()
    parts = {
        "pan": fit.focal * pan,
        "tilt": fit.focal * tilt,
        "roll": radius * roll,
        "zoom": radius * np.log(fit.zoom),
    }
    kind = max(parts, key=lambda part: abs(parts[part]))
    if abs(parts[kind]) < STILL:
        return evidence(pair, fit, "static", 0.0, 1.0)
    return evidence(pair, fit, kind, parts[kind], abs(parts[kind]) / sum(abs(p) for p in parts.values()))


def named_slide(pair: Pair, fit: Fit) -> Motion:
    """The name of a move with parallax, from the way of the camera and its turn."""
    way = {"truck": fit.way[0], "pedestal": -fit.way[1], "dolly": fit.way[2]}
    kind = max(way, key=lambda axis: abs(way[axis]))
    turned_N2 = turned(pair.a_N2, fit)
    by_turn = np.median(np.linalg.norm(turned_N2 - pair.a_N2, axis=1))
    by_way = np.median(np.linalg.norm(pair.b_N2 - turned_N2, axis=1))
    pan, tilt, roll = -fit.rotation[[1, 0, 2]]
    against = pan * way["truck"] < 0 and abs(pan) > max(abs(tilt), abs(roll))
    if against and by_turn > ARC * by_way and abs(way["truck"]) > 0.5:
        return evidence(pair, fit, "orbit", way["truck"], abs(way["truck"]))
    return evidence(pair, fit, kind, way[kind], abs(way[kind]))


def evidence(pair: Pair, fit: Fit, kind: str, amount: float, confidence: float) -> Motion:
    pan, tilt, roll = (float(v) for v in np.degrees(-fit.rotation[[1, 0, 2]]))
    right, up, forward = (float(v) for v in fit.way * [1, -1, 1])
    return Motion(
        kind,
        "" if kind == "static" else DIRECTIONS[kind][int(amount < 0)],
        float(confidence),
        turn=(pan, tilt, roll),
        zoom=fit.zoom,
        slide=(right, up, forward),
        motion=pair.motion / WIDTH,
        tracks=int((fit.miss_N < NOISE[1]).sum()),
        span=pair.span,
    )
