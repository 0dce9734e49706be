"""Marked and signed films for the tests, made as a render makes them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from films import plan_text
from trust_clips import clip

from scenelang.compiler.plan import Plan
from scenelang.runtime.encode import MovieWriter, Quality
from scenelang.trust.film_id import FilmLog
from scenelang.trust.seal import Seal

SCENE = """scenelang 1

film "The wall" { size 640x360; fps 24; seed 5 }

character mara "a woman in a red coat"

shot a 1s { frame wide on mara }
"""


def the_plan(title: str = "The wall") -> Plan:
    return plan_text(SCENE.replace("The wall", title))


def sealed(
    path: Path, frames: int = 16, model: str = "maquette", title: str = "The wall", **more: object
) -> Seal:
    """A film of the clip, delivered at this path as `render` would; the quality is a draft's."""
    plan = the_plan(title)
    seal = Seal(plan, model, SCENE.replace("The wall", title).encode(), "p" * 64, **more)  # type: ignore[arg-type]
    seal.log = seal.log or FilmLog()
    seal.begin()
    with MovieWriter(path, (640, 360), Fraction(24), quality=Quality(18, "veryfast")) as film:
        pictures = clip(frames)
        for start in range(0, frames, 8):
            film.write(seal.frames(pictures[start : start + 8]))
        for ending in seal.closing():
            film.write(ending)
    seal.finish(path)
    return seal


def remuxed(source: Path, to: Path) -> Path:
    """The same packets in another file: what was beside the pictures is gone."""
    with av.open(str(source)) as old, av.open(str(to), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(old.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return to


def reencoded(source: Path, to: Path, crf: int = 26, crop: int = 0, skip: int = 0) -> Path:
    with av.open(str(source)) as file:
        pictures = [f.to_ndarray(format="rgb24") for f in file.decode(video=0)][skip:]
    if crop:
        pictures = [p[crop:-crop, 2 * crop : -2 * crop] for p in pictures]
    height, width = pictures[0].shape[:2]
    with MovieWriter(to, (width, height), Fraction(24), quality=Quality(crf, "veryfast")) as film:
        for picture in pictures:
            film.write(picture[None])
    return to


def boxes(data: bytes) -> list[tuple[str, int, int]]:
    """(name, start, end) of the boxes of an mp4."""
    found, at = [], 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big") or len(data) - at
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        found.append((data[at + 4 : at + 8].decode("latin-1"), at, at + size))
        at += size
    return found


__all__ = ["SCENE", "boxes", "reencoded", "remuxed", "sealed", "the_plan"]
