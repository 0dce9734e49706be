"""The frames of a finished film, shot by shot, for measures: few enough and small enough to be held."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.edit import lay_out
from scenelang.runtime.errors import RenderError
from scenelang.runtime.linear import Picture
from scenelang.runtime.measure.opencv import cv2
from scenelang.runtime.sealing import CARD

MOST = 97  # frames of a shot that are kept, evenly spread over it
WIDE = 640  # px, what wider frames are brought to
SLACK = 1.5  # frames by which a video may be longer or shorter than its film


class OtherFilm(RenderError):
    """A video that isn't this film."""


@dataclass(frozen=True)
class Take:
    """What a film shows of a shot where nothing is mixed into it: frames [N, H, W, 3] and their numbers in the shot."""

    shot: ShotPlan
    numbers: list[int]
    frames: FrameArray


def takes(path: Path, plan: Plan, shots: Collection[str]) -> Iterator[Take]:
    """Of those of the plan's shots that are asked for, in the film's order; a shot that is all transition is left out.

    `path` is a video file or a folder of numbered pictures, as `scenelang render` writes them. Raises
    `OtherFilm` where it hasn't the film's length, `RenderError` where it can't be read.
    """
    wanted = {clip: numbers for clip, numbers in _wanted(plan).items() if clip in shots and numbers}
    starts = {entry.shot: entry.start for entry in plan.edit}
    homes = {starts[shot] + n: (shot, n) for shot, numbers in wanted.items() for n in numbers}
    kept: dict[str, list[tuple[int, Picture]]] = {shot: [] for shot in wanted}
    for number, picture in enumerate(_film_frames(path, plan)):
        if number not in homes:
            continue
        shot, n = homes[number]
        kept[shot].append((n, _small(picture)))
        if n == wanted[shot][-1]:
            found = kept.pop(shot)
            yield Take(plan.shot(shot), [n for n, _ in found], np.stack([p for _, p in found]))


def _wanted(plan: Plan) -> dict[str, list[int]]:
    """Frames of each shot without its transitions, at most MOST of them."""
    result = {}
    for clip in lay_out(plan):
        first = max(clip.overlaps, clip.fade_in)
        last = clip.frames - max(clip.overlapped, clip.fade_out) - 1
        count = min(MOST, last - first + 1)
        spread = np.linspace(first, last, count).round().astype(int).tolist() if count > 0 else []
        result[clip.shot] = list(dict.fromkeys(spread))
    return result


def _small(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    if width <= WIDE:
        return picture
    size = (WIDE, max(2, round(height * WIDE / width)))
    small: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return small


def _film_frames(path: Path, plan: Plan) -> Iterator[Picture]:
    """The film's frames in order: each as the video shows it at that frame's middle."""
    if path.is_dir():
        yield from _pictures(path, plan)
        return
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise RenderError(f"{path} has no picture", "name a video file")
            yield from _at_rate(path, container, plan)
    except (OSError, av.error.FFmpegError) as error:
        raise RenderError(f"{path} can't be read: {error.strerror}", "name a video file") from error


def _at_rate(path: Path, container: av.container.InputContainer, plan: Plan) -> Iterator[Picture]:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    number, shown, before = 0, 0.0, None
    step = 1 / float(plan.rate)
    for frame in container.decode(stream):
        shown = frame.time if frame.time is not None else shown + step
        while before is not None and number < plan.frames and (number + 0.5) * step < shown:
            yield before.to_ndarray(format="rgb24")
            number += 1
        before = frame
    length = shown + (1 / float(stream.average_rate) if stream.average_rate else step)
    if not _as_long(length / step, plan, SLACK):
        raise OtherFilm(
            f"{path} is {length:.2f} s long, the film {plan.frames * step:.2f} s",
            "render the film again, or name the shots that are in the video with --shots",
        )
    while before is not None and number < plan.frames:
        yield before.to_ndarray(format="rgb24")
        number += 1


def _as_long(frames: float, plan: Plan, slack: float = 0.0) -> bool:
    """Whether a video of so many frames is the film, perhaps with a card behind it."""
    beyond = frames - plan.frames
    return abs(beyond) <= slack or abs(beyond - round(CARD * plan.rate)) <= slack


def _pictures(path: Path, plan: Plan) -> Iterator[Picture]:
    files = sorted(path.glob("*.png"))
    if not _as_long(len(files), plan):
        raise OtherFilm(
            f"{path} has {len(files)} pictures, the film {plan.frames} frames",
            "render the film again, or name the shots that are in the folder with --shots",
        )
    for file in files[: plan.frames]:
        picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if picture is None:
            raise RenderError(f"{file} can't be read", "render the film again")
        yield cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
