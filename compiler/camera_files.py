"""Tracked and animated cameras in files, read and written: RealEstate10K text, Nuke's .chan, JSON; USD in camera_usd.py.

All are turned into the scene's axes (metres, y up, +z toward the audience). What a file doesn't say (a rate, a
focal length) stays open.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from scenelang.compiler import camera_usd
from scenelang.compiler.camera_track import Camera, CameraFileError, Sample, Track, pose
from scenelang.compiler.geometry import SENSOR_WIDTH_MM, Orientation, Vec3
from scenelang.grammar import facts

MOST_BYTES = 50_000_000
SCHEMA = "scenelang.camera/1"


def read(path: Path, fps: Fraction) -> Track:
    """The camera of a file. `fps` is the film's rate, for formats that count frames.

    Raises CameraFileError.
    """
    reader = _READERS.get(path.suffix.casefold())
    if reader is None:
        raise CameraFileError(
            f"`{path.name}` is no kind of camera file that is known", f"known are {kinds()}"
        )
    if not facts.is_file(str(path)):
        raise CameraFileError(f"there is no file `{path.name}`", "paths are relative to this file")
    if path.stat().st_size > MOST_BYTES:
        raise CameraFileError(
            f"`{path.name}` is larger than {MOST_BYTES // 10**6} MB", "export the camera alone"
        )
    try:
        facts.read_bytes(str(path))  # so that it is known what the answer was read from
        samples = reader(path, fps)
    except CameraFileError:
        raise
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        OSError,
        OverflowError,
        RecursionError,
    ) as error:
        raise CameraFileError(
            f"`{path.name}` can't be read: {error}", "export the camera again"
        ) from error
    if not samples:
        raise CameraFileError(f"`{path.name}` holds no frame of a camera")
    numbers = [n for s in samples for n in (*s.eye, s.orientation.yaw, s.focal or 1.0)]
    if not all(math.isfinite(n) for n in numbers):
        raise CameraFileError(f"`{path.name}` holds numbers that are none", "export the camera again")
    first = min(s.time for s in samples)
    moved = (Sample(s.time - first, s.eye, s.orientation, s.focal) for s in samples)
    return Track(tuple(sorted(moved, key=lambda s: s.time)))


def kinds() -> str:
    return ", ".join(f"`{suffix}`" for suffix in _READERS)


def _rows(path: Path) -> Iterable[tuple[int, list[float]]]:
    """The numbers of each line that holds any, with its number."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        words = line.split("#")[0].split()
        if not words:
            continue
        try:
            yield number, [float(word) for word in words]
        except ValueError:
            if number > 1:  # the first line of RealEstate10K is an address
                raise CameraFileError(f"line {number} of `{path.name}` holds no numbers") from None


def _turned(rows: Sequence[Sequence[float]]) -> tuple[Vec3, Orientation]:
    """Eye and orientation of a 3x4 camera-to-world matrix with OpenCV's axes, in a world whose y is down and whose z
    leads away from the audience: half a turn about x from ours."""
    flipped = [[sign * v for v in row] for sign, row in zip((1, -1, -1), rows)]
    return pose([v for row in flipped for v in row])


# RealEstate10K --------------------------------------------------------------------------


def _real_estate(path: Path, fps: Fraction) -> list[Sample]:
    """A line a frame: microseconds, fx fy cx cy in parts of the picture, two zeros, world to camera row by row."""
    samples = []
    for number, row in _rows(path):
        if len(row) != 19:
            if number == 1:
                continue
            raise CameraFileError(f"line {number} of `{path.name}` holds {len(row)} numbers, not 19")
        w2c = [row[7:11], row[11:15], row[15:19]]
        eye = [-sum(w2c[k][i] * w2c[k][3] for k in range(3)) for i in range(3)]
        c2w = [[w2c[0][i], w2c[1][i], w2c[2][i], eye[i]] for i in range(3)]
        samples.append(Sample(Fraction(int(row[0]), 1_000_000), *_turned(c2w), row[1] * SENSOR_WIDTH_MM))
    return samples


def _to_real_estate(shot: Camera) -> str:
    lines = [f"scenelang:{shot.name}"]
    for frame, (c2w, focal) in enumerate(zip(shot.c2w, shot.focal)):
        rows = [[sign * v for v in c2w[4 * i : 4 * i + 4]] for i, sign in enumerate((1, -1, -1))]
        w2c = [[rows[k][i] for k in range(3)] for i in range(3)]
        shifted = [[*row, -sum(row[k] * rows[k][3] for k in range(3))] for row in w2c]
        fx = focal / SENSOR_WIDTH_MM
        inner = [fx, fx * shot.size[0] / shot.size[1], 0.5, 0.5, 0, 0]
        numbers = [*inner, *(v for row in shifted for v in row)]
        lines.append(f"{round(frame / shot.fps * 1_000_000)} " + " ".join(f"{n:.9g}" for n in numbers))
    return "\n".join(lines) + "\n"


# Nuke -----------------------------------------------------------------------------------


def _chan(path: Path, fps: Fraction) -> list[Sample]:
    """A line a frame: its number, place, rotation about x, y, z in degrees (order ZXY), maybe the vertical angle of view."""
    samples = []
    for number, row in _rows(path):
        if len(row) not in (7, 8):
            raise CameraFileError(f"line {number} of `{path.name}` holds {len(row)} numbers, not 7 or 8")
        frame, x, y, z, pitch, yaw, roll = row[:7]
        focal = None
        if len(row) == 8:
            if not 0 < row[7] < 180:
                raise CameraFileError(
                    f"line {number} of `{path.name}` has an angle of view of {row[7]:g} degrees"
                )
            # of a picture of 16:9, which Nuke's own default is near to
            focal = SENSOR_WIDTH_MM * 9 / 16 / (2 * math.tan(math.radians(row[7]) / 2))
        samples.append(Sample(Fraction(frame) / fps, (x, y, z), Orientation(yaw, pitch, -roll), focal))
    return samples


def _to_chan(shot: Camera) -> str:
    lines = []
    for frame, (c2w, focal) in enumerate(zip(shot.c2w, shot.focal), start=1):
        eye, way = pose(c2w)
        view = 2 * math.degrees(math.atan(SENSOR_WIDTH_MM * 9 / 16 / 2 / focal))
        numbers = (*eye, way.pitch, way.yaw, -way.roll, view)
        lines.append(f"{frame} " + " ".join(f"{n:.9g}" for n in numbers))
    return "\n".join(lines) + "\n"


# JSON -----------------------------------------------------------------------------------


def _json(path: Path, fps: Fraction) -> list[Sample]:
    """`{"schema": "scenelang.camera/1", "fps": "24", "frames": [{"c2w": [12 numbers], "focal_mm": 35}, …]}`: the
    matrix row by row, OpenCV's axes, the scene's world; no rate means the film's."""
    data: Any = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise CameraFileError(
            f'`{path.name}` does not say `"schema": "{SCHEMA}"`', "see the language reference"
        )
    rate = Fraction(str(data.get("fps", fps)))
    samples = []
    for number, frame in enumerate(data["frames"]):
        c2w = [float(v) for v in frame["c2w"]]
        if len(c2w) != 12:
            raise CameraFileError(
                f"frame {number} of `{path.name}` has {len(c2w)} numbers in `c2w`, not 12"
            )
        focal = frame.get("focal_mm")
        samples.append(Sample(number / rate, *pose(c2w), None if focal is None else float(focal)))
    return samples


def _to_json(shot: Camera) -> str:
    frames = [{"c2w": list(c2w), "focal_mm": focal} for c2w, focal in zip(shot.c2w, shot.focal)]
    return json.dumps({"schema": SCHEMA, "fps": str(shot.fps), "frames": frames}) + "\n"


# Writing --------------------------------------------------------------------------------


_READERS: dict[str, Callable[[Path, Fraction], list[Sample]]] = {
    ".txt": _real_estate, ".chan": _chan, ".json": _json, ".usda": camera_usd.read, ".usdc": camera_usd.read, ".usd": camera_usd.read,
}  # fmt: skip
WRITERS: dict[str, Callable[[Camera], str]] = {
    "txt": _to_real_estate, "chan": _to_chan, "json": _to_json, "usda": camera_usd.write,
}  # fmt: skip
