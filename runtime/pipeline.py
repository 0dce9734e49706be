"""From a plan to its film: condition → render → conform → edit → encode, shot after shot.

The backend's half, up to its frames, runs in the caller's thread and tells its events; the
assembling half runs beside it, so that encoding overlaps the next shot's rendering.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import Backend, FrameArray, Native
from scenelang.runtime.captions import Caption, captions_of, readable, to_srt
from scenelang.runtime.choices import more_choices, with_seed
from scenelang.runtime.conform import conform
from scenelang.runtime.edit import assemble, only
from scenelang.runtime.embeddings import remembered
from scenelang.runtime.encode import open_film
from scenelang.runtime.errors import RenderError, TakeError
from scenelang.runtime.events import Done, RenderEvent, TakeDone
from scenelang.runtime.handoff import Handoff
from scenelang.runtime.keys import take_keys
from scenelang.runtime.output import (
    Target,
    atomic_folder,
    atomic_path,
    check_writable,
    explained,
    parse_target,
    reason,
)
from scenelang.runtime.shooting import Conditioner, Shooting
from scenelang.runtime.speed import Speeds, on, work_of
from scenelang.runtime.store import Store

if TYPE_CHECKING:
    from scenelang.compiler.conditioning import Conditioning

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
    store: Store | None = None,
    folder: Path | None = None,
    force: bool = False,
) -> Iterator[RenderEvent]:
    """Renders the film, or only some of its `shots` joined by cuts, telling what happens.

    Takes that are in the `store` are not rendered again (but with `force`), and those that are rendered
    go there, each as soon as it is whole, and of a long shot its finished parts. `folder` is the film's,
    which its pictures are relative to. A shot that continues one which is left out is rendered as in
    the whole film.

    `output` is `film.mp4`, `film.mov`, or a folder for numbered pictures (`frames/`); captions
    go beside it as .srt. The film appears there whole, with the last event, or not at all:
    after an error, Ctrl-C or closing the generator early, what stood there before still does.
    `conditioning` makes the tensors of a shot; the compiler's own are the default.

    Raises `OutputError` before any work if the film can't be written there, `RenderError` for
    unknown shots, `TakeError` if the backend's frames aren't what the plan asks for.
    """
    begun = perf_counter()
    target = parse_target(output)
    check_writable(target)
    shown = plan if shots is None else only(plan, shots)
    if not shown.edit:
        raise RenderError("the film has no shots", "add one, such as `shot sh010 4s { … }`")
    captions = readable(captions_of(shown), until=shown.frames / shown.rate)
    native = backend.native(plan, profile)
    counted = _counts(backend)

    def finish(pieces: Iterator[Piece]) -> None:
        _finish(shown, native, pieces, path, captions, profile)

    def give(shot: str, frames: FrameArray) -> None:
        for start in range(0, len(frames), PIECE_FRAMES):
            film.give((shot, frames[start : start + PIECE_FRAMES]))

    shooting = Shooting(
        plan, backend, native, profile, device, conditioning or _compilers_conditioning(plan, backend, store, device),
        give, store, (take_keys(plan, backend, profile, device, folder) if store else None) or {}, force,
    )  # fmt: skip
    with _written_whole(target, captions) as path, Handoff(finish) as film:
        yield from shooting.shoot([entry.shot for entry in shown.edit])

    runs, text_encodings, model_loads = (
        after - before for after, before in zip(_counts(backend), counted)
    )
    planned = sum(backend.denoiser_calls(plan, plan.shot(id), profile) for id in shooting.rendered)
    done = Done(
        output=target.path,
        captions=target.captions if captions else None,
        frames=shown.frames,
        shots_rendered=len(shooting.rendered),
        shots_cached=len(shooting.cached),
        denoiser_calls=runs if hasattr(backend, "denoiser_runs") else planned,
        text_encodings=text_encodings,
        model_loads=model_loads,
        seconds=perf_counter() - begun,
    )
    if store is not None:
        _remember(store, plan, shown, backend, profile, device, shooting, done.seconds)
        store.prune()
    yield done


def shoot_takes(
    plan: Plan,
    backend: Backend,
    store: Store,
    shots: Sequence[str],
    count: int,
    *,
    profile: str = "final",
    device: str = "cpu",
    folder: Path | None = None,
) -> Iterator[RenderEvent]:
    """Makes `count` takes of each of these shots, by seeds, and keeps them; those that there are stay.

    Raises `RenderError` where they can't be kept.
    """
    native = backend.native(plan, profile)
    keys = take_keys(plan, backend, profile, device, folder)
    if keys is None:
        raise RenderError(f"takes of {backend.name} can't be kept: it doesn't say what they depend on")
    condition = _compilers_conditioning(plan, backend, store, device)
    for id in shots:
        try:
            wanted = more_choices(store, keys[id], plan.shot(id).seed, count)
        except OSError as error:
            raise RenderError(f"takes can't be kept in {store.folder}: {reason(error)}") from error
        for choice in wanted:
            variant = with_seed(plan, id, choice.seed)
            shooting = Shooting(
                variant, backend, native, profile, device, condition, lambda shot, frames: None, store,
                take_keys(variant, backend, profile, device, folder) or {},
            )  # fmt: skip
            yield from shooting.shoot([id])
            yield TakeDone(id, choice.number, choice.seed)


def _remember(
    store: Store, plan: Plan, shown: Plan, backend: Backend, profile: str, device: str, shooting: Shooting,
    seconds: float,
) -> None:  # fmt: skip
    """Keeps how long it took, for the estimates of later renders."""
    by, spent = on(backend, device), shooting.seconds
    rows: list[dict[str, object]] = []
    if shooting.load_seconds:
        rows.append({**by, "what": "load", "seconds": round(shooting.load_seconds, 4)})
    for shot in (shot for shot in plan.shots if shot.id in spent):
        calls = backend.denoiser_calls(plan, shot, profile)
        work = work_of(plan, shot, shooting.native, calls)
        rows.append({**by, "what": "shot", "work": work, "seconds": round(spent[shot.id], 4)})
    film = sum(shot.frames for shot in shown.shots) * plan.size[0] * plan.size[1] / 1e6
    rest = max(0.0, seconds - shooting.load_seconds - sum(spent.values()))
    rows.append({**by, "what": "film", "work": [1.0, film], "seconds": round(rest, 4)})
    Speeds(store.folder).add(rows)


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


def _compilers_conditioning(
    plan: Plan, backend: Backend, store: Store | None, device: str
) -> Conditioner:
    from scenelang.compiler.conditioning import condition_shot

    encode = remembered(backend, store, device)

    def condition(shot: ShotPlan, native: Native) -> Conditioning:
        return condition_shot(
            plan,
            shot,
            native,
            raster=backend.raster(native),
            encode=encode,
            dialect=backend.dialect,
        )

    return condition


def _counts(backend: Backend) -> tuple[int, ...]:
    """Denoiser calls, texts encoded and models loaded so far, by backends that do these and count them."""
    return tuple(getattr(backend, n, 0) for n in ("denoiser_runs", "text_encodings", "model_loads"))
