"""Cameras in USD files; needs the package usd-core."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

from scenelang.compiler.camera_track import Camera, CameraFileError, Sample, pose
from scenelang.compiler.geometry import SENSOR_WIDTH_MM


def read(path: Path, fps: Fraction) -> list[Sample]:
    """The first camera of a stage, at each of its frames."""
    usd, geom = _pxr()
    stage = usd.Stage.Open(str(path), usd.Stage.LoadNone)
    prim = next((p for p in stage.Traverse() if p.IsA(geom.Camera)), None)
    if prim is None:
        raise CameraFileError(f"`{path.name}` holds no camera")
    camera, metres = geom.Camera(prim), geom.GetStageMetersPerUnit(stage)
    z_up = geom.GetStageUpAxis(stage) == geom.Tokens.z
    rate = stage.GetTimeCodesPerSecond() or float(fps)
    times = geom.Xformable(prim).GetTimeSamples() or camera.GetFocalLengthAttr().GetTimeSamples()
    if times:
        times = [times[0] + n for n in range(round(times[-1] - times[0]) + 1)]
    samples = []
    for time in times or [0.0]:
        world = geom.XformCache(time).GetLocalToWorldTransform(prim)
        rows = [[world[c][r] for c in range(4)] for r in range(3)]  # Gf's matrices act on rows
        if z_up:
            rows = [rows[0], rows[2], [-v for v in rows[1]]]
        c2w = [v for r in rows for v in (r[0], -r[1], -r[2], r[3] * metres)]  # USD looks along -z, y up
        lens = camera.GetFocalLengthAttr().Get(time) / camera.GetHorizontalApertureAttr().Get(time)
        samples.append(
            Sample(
                Fraction(time - (times or [0.0])[0]) / Fraction(rate),
                *pose(_unit(c2w)),
                lens * SENSOR_WIDTH_MM,
            )
        )
    return samples


def _unit(c2w: list[float]) -> list[float]:
    """The same with axes of length 1."""
    size = [math.sqrt(sum(c2w[4 * r + c] ** 2 for r in range(3))) or 1.0 for c in range(3)]
    return [v / size[i % 4] if i % 4 < 3 else v for i, v in enumerate(c2w)]


def write(shot: Camera) -> str:
    usd, geom = _pxr()
    from pxr import Gf

    stage = usd.Stage.CreateInMemory()
    geom.SetStageUpAxis(stage, geom.Tokens.y)
    geom.SetStageMetersPerUnit(stage, 1.0)
    stage.SetTimeCodesPerSecond(float(shot.fps))
    stage.SetStartTimeCode(1)
    stage.SetEndTimeCode(len(shot.c2w))
    camera = geom.Camera.Define(stage, "/camera")
    camera.CreateHorizontalApertureAttr(SENSOR_WIDTH_MM)
    camera.CreateVerticalApertureAttr(SENSOR_WIDTH_MM * shot.size[1] / shot.size[0])
    move = camera.AddTransformOp()
    for frame, (m, focal) in enumerate(zip(shot.c2w, shot.focal), start=1):
        columns = [(m[c], m[4 + c], m[8 + c]) for c in range(4)]
        signed = [[s * v for v in column] for s, column in zip((1, -1, -1, 1), columns)]
        move.Set(
            Gf.Matrix4d(*(v for column, w in zip(signed, (0, 0, 0, 1)) for v in (*column, w))), frame
        )
        camera.GetFocalLengthAttr().Set(focal, frame)
    return str(stage.GetRootLayer().ExportToString())


def _pxr() -> tuple[Any, Any]:
    try:
        from pxr import Usd, UsdGeom
    except ImportError:
        raise CameraFileError(
            "USD files need the package usd-core", "pip install 'scenelang[usd]'"
        ) from None
    return Usd, UsdGeom
