"""Joins the shots' frames into the film as the plan's edit says: cuts, dissolves, wipes, fades.

Streaming: besides the chunk in hand, only the end of a shot that the next one overlaps is held.
Dissolves and fades are in linear light, as in the optical printer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scenelang.compiler.plan import EditPlan, Plan
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.errors import RenderError, TakeError
from scenelang.runtime.linear import Picture, dim, mix

OVERLAPPING = ("dissolve", "wipe left", "wipe right", "wipe up", "wipe down")


def only(plan: Plan, shots: Sequence[str]) -> Plan:
    """The plan of a film of these shots alone, in the film's order, with cuts between.

    Raises `RenderError` if there is no such shot.
    """
    known = [shot.id for shot in plan.shots]
    for id in shots:
        if id not in known:
            raise RenderError(
                f"the film has no shot `{id}`", did_you_mean(id, known) or f"it has {', '.join(known)}"
            )
    chosen = [shot for shot in plan.shots if shot.id in shots]
    edit: list[EditPlan] = []
    start = 0
    for shot in chosen:
        edit.append(EditPlan(shot=shot.id, start=start))
        start += shot.frames
    return plan.model_copy(update={"shots": chosen, "edit": edit, "frames": start})


def assemble(plan: Plan, takes: Iterable[tuple[str, Iterable[FrameArray]]]) -> Iterator[FrameArray]:
    """The film's `plan.frames` frames, in chunks uint8 [F, H, W, 3].

    `takes` are shots' IDs and their conformed frames, in the order of `plan.edit`; each is read
    to its end before the next is asked for. Raises `TakeError` where a take doesn't come in its
    turn or hasn't its shot's length, and `ValueError` for an edit that doesn't add up.
    """
    clips = lay_out(plan)
    tail: list[Picture] = []
    came = iter(takes)
    for clip in clips:
        shot, chunks = next(came, ("nothing", iter(())))
        if shot != clip.shot:
            raise TakeError(f"the edit goes on with `{clip.shot}`, but {shot} came")
        head, tail = tail, []
        done = 0
        for chunk in chunks:
            chunk = _entered_and_left(chunk, done, clip, head)
            stays = min(len(chunk), max(0, clip.frames - clip.overlapped - done))
            # A copy, so that the held frames don't keep the whole chunk alive.
            tail.extend(chunk[stays:].copy())
            done += len(chunk)
            if stays:
                yield chunk[:stays]
        if done != clip.frames:
            raise TakeError(f"the take of `{clip.shot}` has {done} frames of {clip.frames}")


@dataclass(frozen=True)
class Clip:
    """A shot on the timeline. Its first `overlaps` frames share the film's time with the clip
    before it, its last `overlapped` ones with the clip after it."""

    shot: str
    frames: int
    overlaps: int
    overlapped: int
    wipe: str = ""
    fade_in: int = 0
    fade_out: int = 0


def lay_out(plan: Plan) -> list[Clip]:
    """The clips of the plan's edit. Raises `ValueError` if they don't fill the film exactly."""
    frames = {shot.id: shot.frames for shot in plan.shots}
    clips: list[Clip] = []
    end = 0
    for i, entry in enumerate(plan.edit):
        overlaps = entry.enter_frames if entry.enter in OVERLAPPING else 0
        following = plan.edit[i + 1] if i + 1 < len(plan.edit) else None
        overlapped = following.enter_frames if following and following.enter in OVERLAPPING else 0
        length = frames[entry.shot]
        if (
            entry.start != end - overlaps
            or max(overlaps, overlapped) > length
            or (overlaps and not clips)
        ):
            raise ValueError(
                f"the edit places `{entry.shot}` at {entry.start}, against what goes before"
            )
        end = entry.start + length
        clips.append(
            Clip(
                shot=entry.shot,
                frames=length,
                overlaps=overlaps,
                overlapped=overlapped,
                wipe=entry.enter if entry.enter.startswith("wipe") else "",
                fade_in=entry.enter_frames if entry.enter == "fade in" else 0,
                fade_out=entry.leave_frames if entry.leave == "fade out" else 0,
            )
        )
    if end != plan.frames:
        raise ValueError(f"the edit is {end} frames long, the film {plan.frames}")
    return clips


def _entered_and_left(chunk: FrameArray, first: int, clip: Clip, head: Sequence[Picture]) -> FrameArray:
    """The chunk, whose first frame is the clip's frame `first`, with its transitions in it."""
    begin = max(clip.overlaps, clip.fade_in)
    end = clip.frames - clip.fade_out
    last = first + len(chunk)
    if first >= begin and last <= end:
        return chunk
    out = chunk.copy()
    for i, k in enumerate(range(first, last)):
        if k < clip.fade_in or k >= end:
            out[i] = dim(chunk[i], fade_weight(k, clip))
        if k < clip.overlaps:
            out[i] = _joined(head[k], out[i], overlap_weight(k, clip.overlaps), clip.wipe)
    return out


def fade_weight(k: int, clip: Clip) -> Fraction:
    """How much of its light frame k of the clip has: the first of a fade in and the last of a
    fade out are black."""
    opened = Fraction(k, clip.fade_in) if k < clip.fade_in else Fraction(1)
    left = clip.frames - 1 - k
    closed = Fraction(left, clip.fade_out) if left < clip.fade_out else Fraction(1)
    return min(opened, closed)


def overlap_weight(k: int, frames: int) -> Fraction:
    """How far frame k of a transition has gone: never 0 or 1, so every frame of it shows both."""
    return Fraction(k + 1, frames + 1)


def _joined(before: Picture, after: Picture, weight: Fraction, wipe: str) -> Picture:
    if not wipe:
        return mix(before, after, weight)
    axis = 1 if wipe in ("wipe left", "wipe right") else 0
    length = before.shape[axis]
    edge = round(length * weight)
    # the edge runs to the named side: the new picture comes in from the other
    new = slice(length - edge, length) if wipe in ("wipe left", "wipe up") else slice(0, edge)
    chosen = (slice(None), new) if axis == 1 else (new,)
    out = before.copy()
    out[chosen] = after[chosen]
    return out
