"""The measure of camera moves names the moves of a small world that is drawn here, from the mp4 alone."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from scenelang.runtime.measure.camera_motion import classify, read_frames

WIDTH, HEIGHT, FRAMES, LENS = 320, 180, 25, 35.0
SUBJECT = np.array([0.0, 0.9, 0.0])
START = np.array([0.0, 1.5, 5.0])
# the amounts of the moves: degrees, metres, millimetres of focal length
AMOUNTS = {
    "pan": 20,
    "tilt": 10,
    "roll": 15,
    "zoom": 15,
    "dolly": 1.5,
    "truck": 1,
    "pedestal": 0.8,
    "orbit": 25,
}
MOVES = {
    ("static", ""): 0,
    ("pan", "right"): 1,
    ("pan", "left"): -1,
    ("tilt", "up"): 1,
    ("tilt", "down"): -1,
    ("roll", "cw"): 1,
    ("roll", "ccw"): -1,
    ("zoom", "in"): 1,
    ("zoom", "out"): -1,
    ("dolly", "in"): 1,
    ("dolly", "out"): -1,
    ("truck", "right"): 1,
    ("truck", "left"): -1,
    ("pedestal", "up"): 1,
    ("pedestal", "down"): -1,
    ("orbit", "right"): 1,
    ("orbit", "left"): -1,
}
Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


def about(axis: Floats, degrees: float) -> Floats:
    return cv2.Rodrigues(np.radians(degrees) * axis / np.linalg.norm(axis))[0]


def camera(kind: str, amount: float) -> tuple[Floats, Floats, float]:
    """Axes (right, up, forward) as rows [3, 3], place [3] (y up), focal length in mm."""
    place = START.copy()
    forward = (SUBJECT - place) / np.linalg.norm(SUBJECT - place)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, forward), forward])
    lens = LENS
    turns = {"pan": (axes[1], -1), "tilt": (axes[0], 1), "roll": (axes[2], 1)}
    if kind in turns:
        axis, sign = turns[kind]
        axes = axes @ about(axis, sign * amount).T
    elif kind == "zoom":
        lens += amount
    elif kind == "orbit":
        around = about(np.array([0.0, 1.0, 0.0]), amount)
        place, axes = around @ place, axes @ around.T
    elif kind != "static":
        ways = {
            "dolly": np.array([0.0, 0.0, -1.0]),
            "truck": right,
            "pedestal": np.array([0.0, 1.0, 0.0]),
        }
        place += amount * ways[kind]
    return axes, place, lens


class World:
    """A textured or checked floor under a blank sky, boxes near and far, a subject in the middle."""

    def __init__(self, seed: int, checked: bool) -> None:
        rng = np.random.default_rng(seed)
        self.floor = self.texture(rng, 1024, 12.0)
        if checked:
            tile = np.add.outer(np.arange(1024) // 64, np.arange(1024) // 64) % 2
            self.floor = (120 + 40 * tile[..., None] + 0.06 * self.floor).astype(np.uint8)
        self.boards: list[tuple[Floats, Image]] = []  # (corners [4, 3], skin), far ones first
        far = ((-14, -22), (-5, -30), (6, -26), (15, -20), (24, -28), (-24, -26))
        spots: list[tuple[float, float, float]] = [(x, z, 3 + 2 * rng.random()) for x, z in far]
        spots += [(-2.2, -3, 1.6), (2.6, -1.5, 1.3), (0, 0, 1.8)]
        for x, z, tall in sorted(spots, key=lambda s: s[1]):
            wide = 0.35 * tall if z == 0 else tall * (0.5 + rng.random())
            x0, x1 = x - wide / 2, x + wide / 2
            side = x1 if x < 0 else x0
            face = [(x0, tall, z), (x1, tall, z), (x1, 0, z), (x0, 0, z)]
            flank = [(side, tall, z), (side, tall, z - wide), (side, 0, z - wide), (side, 0, z)]
            skin = self.texture(rng, 128, 3.0)
            self.boards += [(np.array(flank), (skin * 0.6).astype(np.uint8)), (np.array(face), skin)]

    @staticmethod
    def texture(rng: np.random.Generator, size: int, grain: float) -> Image:
        rough = rng.random((size, size, 3)).astype(np.float32)
        smooth = cv2.GaussianBlur(rough, (0, 0), grain / 3, borderType=cv2.BORDER_REFLECT)
        tint = 0.5 + 0.5 * rng.random(3)
        return np.clip((128 + (smooth - 0.5) * 60 * grain) * tint, 0, 255).astype(np.uint8)

    def frame(self, axes: Floats, place: Floats, lens: float) -> Image:
        focal = WIDTH * lens / 36.0
        middle = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
        u, v = np.meshgrid(np.arange(WIDTH) - middle[0], np.arange(HEIGHT) - middle[1])
        ray_HW3 = np.stack([u / focal, -v / focal, np.ones_like(u)], -1) @ axes
        down = np.maximum(-ray_HW3[..., 1], 1e-6)
        far = place[1] / down
        x = place[0] + far * ray_HW3[..., 0]
        z = place[2] + far * ray_HW3[..., 2]
        at = [((64 * c) % 1023).astype(np.float32) for c in (x + 1e3, z + 1e3)]
        floor = cv2.remap(self.floor, at[0], at[1], cv2.INTER_LINEAR)
        sky = np.array([170, 190, 220]) - 30 * np.clip(ray_HW3[..., 1:2], -0.2, 1)
        clear = np.where(ray_HW3[..., 1:2] < 0, np.exp(-far[..., None] / 12), 0)
        picture = (clear * floor + (1 - clear) * sky).astype(np.uint8)
        for corners_43, skin in self.boards:
            seen_43 = (corners_43 - place) @ axes.T
            if seen_43[:, 2].min() < 0.3:
                continue
            spot = seen_43[:, :2] / seen_43[:, 2:] * [focal, -focal] + middle
            low = np.clip(np.floor(spot.min(0)).astype(int), 0, [WIDTH, HEIGHT])
            high = np.clip(np.ceil(spot.max(0)).astype(int) + 1, 0, [WIDTH, HEIGHT])
            if (high <= low).any():
                continue
            inside = (slice(low[1], high[1]), slice(low[0], high[0]))
            size = tuple(int(n) for n in high - low)
            own = np.array([[0, 0], [127, 0], [127, 127], [0, 127]], np.float32)
            h = cv2.getPerspectiveTransform(own, (spot - low).astype(np.float32))
            warped = cv2.warpPerspective(skin, h, size, borderMode=cv2.BORDER_REPLICATE)
            shape = np.zeros(size[::-1], np.uint8)
            cv2.fillConvexPoly(shape, np.round((spot - low) * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
            alpha = shape[..., None] / 255.0
            picture[inside] = (alpha * warped + (1 - alpha) * picture[inside]).astype(np.uint8)
        return picture


def film(kind: str, sign: int, seed: int, checked: bool = False, part: float = 1.0) -> Image:
    world = World(seed, checked)
    amounts = sign * part * AMOUNTS.get(kind, 0) * np.linspace(0, 1, FRAMES)
    return np.stack([world.frame(*camera(kind, a)) for a in amounts])


def with_snow(frames: Image, seed: int, flakes: int = 150) -> Image:
    """Dots that fall over the picture, each at its own speed."""
    rng = np.random.default_rng(seed)
    start, speed = rng.random((flakes, 2)), 0.01 + 0.02 * rng.random((flakes, 2)) * [0.3, 1]
    snowy = frames.copy()
    for t, picture in enumerate(snowy):
        for x, y in ((start + speed * t) % 1) * [WIDTH, HEIGHT] * 16:
            cv2.circle(picture, (int(x), int(y)), 20, (255, 255, 255), -1, cv2.LINE_AA, 4)
    return snowy


def through_mp4(frames: Image, path: Path) -> Image:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return read_frames(path)


CLEAR = [(*move, "clear") for move in MOVES]
SNOWY = [(*move, "snow") for move in list(MOVES)[::2]] + [
    ("tilt", "up", "snow"),
    ("dolly", "in", "snow"),
]


@pytest.mark.parametrize(("kind", "direction", "weather"), CLEAR + SNOWY)
def test_move_is_named_from_its_mp4(kind: str, direction: str, weather: str, tmp_path: Path) -> None:
    seed = list(MOVES).index((kind, direction))
    frames = film(kind, MOVES[kind, direction], seed, checked=weather == "snow")
    if weather == "snow":
        frames = with_snow(frames, seed)
    motion = classify(through_mp4(frames, tmp_path / "take.mp4"))
    assert (motion.kind, motion.direction) == (kind, direction), motion
    assert motion.confidence > 0.3, motion
    done = MOVES[kind, direction] * (motion.span[1] - motion.span[0]) / (FRAMES - 1)
    if kind == "roll":
        assert motion.turn[2] == pytest.approx(AMOUNTS["roll"] * done, abs=0.5)
    if kind == "zoom":
        start = LENS + AMOUNTS["zoom"] * MOVES[kind, direction] * motion.span[0] / (FRAMES - 1)
        assert motion.zoom == pytest.approx(1 + AMOUNTS["zoom"] * done / start, abs=0.02)
    if kind == "truck":
        assert motion.slide == pytest.approx((MOVES[kind, direction], 0, 0), abs=0.1)


def test_small_orbit_is_no_truck(tmp_path: Path) -> None:
    motion = classify(through_mp4(film("orbit", 1, seed=40, part=0.4), tmp_path / "take.mp4"))
    assert (motion.kind, motion.direction) == ("orbit", "right"), motion


def test_nothing_to_see_is_static_without_confidence() -> None:
    blank = np.full((12, HEIGHT, WIDTH, 3), 90, np.uint8)
    noise = np.random.default_rng(1).integers(0, 255, (12, HEIGHT, WIDTH, 3), dtype=np.uint8)
    for frames in (blank, blank[:1], noise, noise[:2, :16, :16]):
        motion = classify(frames)
        assert motion.kind == "static"
        assert motion.confidence < 0.2
