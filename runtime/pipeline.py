"""From a plan to its film: condition → render → conform → edit → encode, shot after shot.

The backend's half, up to its frames, runs in the caller's thread and tells its events; the
assembling half runs beside it, so that encoding overlaps the next shot's rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import Backend, Carry, FrameArray, Frames, Job, Native, Progress, Sound
from scenelang.runtime.captions import Caption, captions_of, readable, to_srt
from scenelang.runtime.conform import conform
from scenelang.runtime.edit import assemble, only
from scenelang.runtime.encode import open_film
from scenelang.runtime.errors import RenderError, TakeError
from scenelang.runtime.events import Done, FramesDone, RenderEvent, ShotStarted, StepsDone
from scenelang.runtime.handoff import Handoff
from scenelang.runtime.output import (
    Target,
    atomic_folder,
    atomic_path,
    check_writable,
    explained,
    parse_target,
)
from scenelang.runtime.sound import SoundTrack, write_sound

if TYPE_CHECKING:
    from scenelang.compiler.conditioning import Conditioning

Conditioner = Callable[[ShotPlan, Native], "Conditioning"]
Piece = tuple[str, FrameArray]  # a shot's ID and some of its native frames

PIECE_FRAMES = 8  # small pieces, so that the queue's length bounds the memory


def render_film(
    plan: Plan,
    backend: Backend,
    *,
    output: str | Path,
    profile: str = "final",
    device: str = "cpu",
    shots: Sequence[str] | None = None,
    conditioning: Conditioner | None = None,
    project: Path | None = None,
) -> Iterator[RenderEvent]:
    """Renders the film, or only some of its `shots` joined by cuts, telling what happens.

    `output` is `film.mp4`, `film.mov`, or a folder for numbered pictures (`frames/`); captions
    go beside it as .srt. The film appears there whole, with the last event, or not at all:
    after an error, Ctrl-C or closing the generator early, what stood there before still does.
    `conditioning` makes the tensors of a shot; the compiler's own are the default. `project` is the
    folder that the film's pictures are relative to, and where `film.lock` is kept.

    Raises `OutputError` before any work if the film can't be written there, `RenderError` for
    unknown shots, `TakeError` if the backend's frames aren't what the plan asks for.
    """
    begun = perf_counter()
    target = parse_target(output)
    check_writable(target)
    plan = plan if shots is None else only(plan, shots)
    if not plan.edit:
        raise RenderError("the film has no shots", "add one, such as `shot sh010 4s { … }`")
    captions = readable(captions_of(plan), until=plan.frames / plan.rate)
    native = backend.native(plan, profile)
    condition = conditioning or _compilers_conditioning(plan, backend)
    counted = _counts(backend)

    def finish(pieces: Iterator[Piece]) -> None:
        _finish(plan, native, pieces, path, captions, profile)

    carried: dict[str, Carry] = {}
    rendered = [plan.shot(entry.shot) for entry in plan.edit]
    sounds = SoundTrack()
    with _written_whole(target, captions) as path:
        with Handoff(finish) as film:
            _prepare(backend, plan, rendered, profile, device)
            for shot in rendered:
                yield ShotStarted(shot.id, shot.frames)
                job = Job(plan, shot, condition(shot, native), native, profile, device, project)
                yield from _render(backend, job, film, carried, sounds)
        if sounds:
            write_sound(path, plan, sounds)

    _lock(backend, project)
    text_encodings, model_loads = (after - before for after, before in zip(_counts(backend), counted))
    yield Done(
        output=target.path,
        captions=target.captions if captions else None,
        frames=plan.frames,
        shots_rendered=len(plan.edit),
        shots_cached=0,
        denoiser_calls=sum(backend.denoiser_calls(plan, shot, profile) for shot in plan.shots),
        text_encodings=text_encodings,
        model_loads=model_loads,
        seconds=perf_counter() - begun,
    )


def _render(
    backend: Backend, job: Job, film: Handoff[Piece], carried: dict[str, Carry], sounds: SoundTrack
) -> Iterator[RenderEvent]:
    """Has the backend render the shot and hands its frames on; keeps how it ends for a shot that continues it."""
    shot, seen = job.shot, 0
    wanted = {s.continues for s in job.plan.shots}
    for event in backend.render(job, carried.get(shot.continues or "")):
        match event:
            case Carry() if shot.id in wanted:
                carried[shot.id] = event
            case Sound():
                sounds.add(shot.id, event)
            case Progress():
                yield StepsDone(shot.id, event.done, event.total)
            case Frames():
                for start in range(0, len(event.frames), PIECE_FRAMES):
                    film.give((shot.id, event.frames[start : start + PIECE_FRAMES]))
                seen += len(event.frames)
                done = ceil(seen * job.plan.rate / job.native.fps)
                yield FramesDone(shot.id, min(done, shot.frames), shot.frames)


def _finish(
    plan: Plan,
    native: Native,
    pieces: Iterator[Piece],
    path: Path,
    captions: Sequence[Caption],
    profile: str,
) -> None:
    """The assembling half: conform → edit → encode."""
    with open_film(path, plan, captions, profile) as film:
        for frames in assemble(plan, _takes(plan, native, pieces)):
            film.write(frames)


def _takes(
    plan: Plan, native: Native, pieces: Iterator[Piece]
) -> Iterator[tuple[str, Iterator[FrameArray]]]:
    for shot, of_shot in groupby(pieces, key=lambda piece: piece[0]):
        yield shot, _conformed(plan, native, shot, (frames for _, frames in of_shot))


def _conformed(
    plan: Plan, native: Native, shot: str, chunks: Iterable[FrameArray]
) -> Iterator[FrameArray]:
    try:
        yield from conform(chunks, native, plan.size, plan.rate, plan.shot(shot).frames)
    except TakeError as error:
        raise TakeError(f"shot `{shot}`: {error.message}", error.hint) from error


@contextmanager
def _written_whole(target: Target, captions: Sequence[Caption]) -> Iterator[Path]:
    """Where to write the film; it and its captions get their names when the block succeeds."""
    with ExitStack() as files:
        if captions:
            srt = files.enter_context(atomic_path(target.captions))
            with explained(srt):
                srt.write_text(to_srt(captions), encoding="utf-8", newline="\n")
        atomic = atomic_path if target.kind == "file" else atomic_folder
        yield files.enter_context(atomic(target.path))


def _compilers_conditioning(plan: Plan, backend: Backend) -> Conditioner:
    from scenelang.compiler.conditioning import condition_shot

    def condition(shot: ShotPlan, native: Native) -> Conditioning:
        return condition_shot(
            plan,
            shot,
            native,
            raster=backend.raster(native),
            encode=backend.encode,
            dialect=backend.dialect,
        )

    return condition


def _prepare(backend: Backend, plan: Plan, shots: Sequence[ShotPlan], profile: str, device: str) -> None:
    """Tells a backend that wants to know which shots will be rendered."""
    prepare = getattr(backend, "prepare", None)
    if prepare is not None:
        prepare(plan, shots, profile, device)


def _lock(backend: Backend, project: Path | None) -> None:
    """Records the weights of a model that did not come with the program."""
    source = getattr(backend, "source", None)
    if source is not None and project is not None:
        from scenelang.runtime.lock import record

        record(source)


def _counts(backend: Backend) -> tuple[int, int]:
    """Texts encoded and models loaded so far, by backends that do either and count it."""
    return getattr(backend, "text_encodings", 0), getattr(backend, "model_loads", 0)
