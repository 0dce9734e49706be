"""From a plan to its film: each shot rendered, or found in the store, then assembled, sealed, and measured.

The backend's half (shooting.py), up to its frames, runs in the caller's thread and tells its events; the
assembling half (assembling.py) runs beside it, so that encoding overlaps the next shot's rendering.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.assembling import UNREAD, Piece, pieces_of, write_film, written_whole
from scenelang.runtime.backend import Backend, FrameArray, Native, Sound
from scenelang.runtime.captions import captions_of, readable
from scenelang.runtime.choices import more_choices, with_seed
from scenelang.runtime.conform import Conformer
from scenelang.runtime.edit import only
from scenelang.runtime.embeddings import prepare, remembered, said_in
from scenelang.runtime.errors import RenderError
from scenelang.runtime.events import Checked, Done, Measuring, Notice, RenderEvent, TakeDone
from scenelang.runtime.finish.settings import Finish, finish_of
from scenelang.runtime.handoff import Handoff
from scenelang.runtime.keys import take_keys
from scenelang.runtime.measured import keep_measured
from scenelang.runtime.output import check_writable, parse_target, reason
from scenelang.runtime.sealing import Sealing
from scenelang.runtime.shooting import Conditioner, Shooting
from scenelang.runtime.sound import SoundTrack, write_sound
from scenelang.runtime.speed import Speeds, on, work_of
from scenelang.runtime.store import Store

if TYPE_CHECKING:
    from scenelang.compiler.conditioning import Conditioning


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
    store: Store | None = None,
    force: bool = False,
    finish: Finish | None = None,
    seal: Sealing | None = None,
    measured: bool = True,
) -> Iterator[RenderEvent]:
    """Renders the film, or only some of its `shots` joined by cuts, telling what happens.

    `output` is `film.mp4`, `film.mov`, `film.gif`, or a folder for numbered pictures (`frames/`); captions
    go beside it as .srt. The film appears there whole, with the last event, or not at all:
    after an error, Ctrl-C or closing the generator early, what stood there before still does.
    `conditioning` makes the tensors of a shot; the compiler's own are the default. `project` is the
    folder that the film's pictures are relative to, and where `scenelang.lock` is kept.

    Takes that are in the `store` are not rendered again (but with `force`), and those that are rendered
    go there, each as soon as it is whole, and of a long shot its finished parts. A shot that continues
    one which is left out is rendered as in the whole film.

    `finish` says how frames get to the film's size and rate; the default is the backend's and the
    profile's. `seal` labels, marks and signs the film before it is delivered; what it raises stops it.
    What shots are expected to show is `measured` in the finished film, and never stops it.

    Raises `OutputError` before any work if the film can't be written there, `RenderError` for
    unknown shots, `ModelError` for an upscaler that can't be loaded, `TakeError` if the backend's frames
    aren't what the plan asks for.
    """
    begun = perf_counter()
    target = parse_target(output)
    check_writable(target)
    shown = plan if shots is None else only(plan, shots)
    if not shown.edit:
        raise RenderError("the film has no shots", "add one, such as `shot sh010 4s { … }`")
    captions = readable(captions_of(shown), until=shown.frames / shown.rate)
    if seal is not None:
        seal.begin()
    native = backend.native(plan, profile)
    conform = Conformer(native, plan.size, plan.rate, finish or finish_of(backend, profile), device)
    counted, sounds = _counts(backend), SoundTrack()

    def assemble(given: Iterator[Piece]) -> None:
        write_film(path, shown, pieces_of(given), conform, captions, profile, seal)

    def give(shot: str, made: FrameArray | Sound) -> None:
        if isinstance(made, Sound):
            sounds.add(shot, made)
        else:
            film.give((shot, made))

    asked = [entry.shot for entry in shown.edit]
    shooting = Shooting(
        plan, backend, native, profile, device, conditioning or _compilers_conditioning(plan, backend, store, device),
        give, project, store, (take_keys(plan, backend, profile, device, project) if store else None) or {}, force,
    )  # fmt: skip
    with written_whole(target, captions) as path:
        with Handoff(assemble, UNREAD, weight=lambda piece: len(piece[1])) as film:
            _prepare(shooting, asked)
            yield from shooting.shoot(asked)
        if sounds:
            write_sound(path, shown, sounds)
        if seal is not None:
            seal.finish(path)

    _pin(backend, project)
    if store is not None:
        _remember(store, plan, shown, backend, profile, device, shooting, perf_counter() - begun)
        store.prune()
    expectations: list[Checked] = []
    for event in _expectations(shown, target.path) if measured else ():
        expectations += [event] if isinstance(event, Checked) else []
        yield event
    if store is not None:
        keep_measured(store, shooting.keys, expectations)

    runs, text_encodings, model_loads = (
        after - before for after, before in zip(_counts(backend), counted)
    )
    planned = sum(backend.denoiser_calls(plan, plan.shot(id), profile) for id in shooting.rendered)
    yield Done(
        output=target.path,
        captions=target.captions if captions else None,
        frames=shown.frames,
        shots_rendered=len(shooting.rendered),
        shots_cached=len(shooting.cached),
        denoiser_calls=runs if hasattr(backend, "denoiser_runs") else planned,
        text_encodings=text_encodings,
        model_loads=model_loads,
        seconds=perf_counter() - begun,
        expectations=tuple(expectations),
    )


def shoot_takes(
    plan: Plan,
    backend: Backend,
    store: Store,
    shots: Sequence[str],
    count: int,
    *,
    profile: str = "final",
    device: str = "cpu",
    project: Path | None = None,
) -> Iterator[RenderEvent]:
    """Makes `count` takes of each of these shots, by seeds, and keeps them; those that there are stay.

    Raises `RenderError` where they can't be kept.
    """
    native = backend.native(plan, profile)
    keys = take_keys(plan, backend, profile, device, project)
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
                variant, backend, native, profile, device, condition, lambda shot, frames: None, project, store,
                take_keys(variant, backend, profile, device, project) or {},
            )  # fmt: skip
            _prepare(shooting, [id])
            yield from shooting.shoot([id])
            yield TakeDone(id, choice.number, choice.seed)


def _expectations(plan: Plan, film: Path) -> Iterator[RenderEvent]:
    """What shots are expected to show, measured on the finished film."""
    asked = sum(bool(shot.expect) for shot in plan.shots)
    if not asked:
        return
    yield Measuring(asked)
    try:
        from scenelang.runtime.measure.expect import check_film

        yield from check_film(plan, film)
    except RenderError as error:
        yield Notice(f"what is expected could not be measured: {error.message}", error.hint)
    except Exception as error:  # the film is there; no fault of a measure may take that back
        yield Notice(
            f"what is expected could not be measured: {type(error).__name__}: {error}",
            "the film is whole; please report this",
        )


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
    if spent.keys() == set(shooting.rendered):  # else the rest is also that of shots that went on
        film = sum(shot.frames for shot in shown.shots) * plan.size[0] * plan.size[1] / 1e6
        rest = max(0.0, seconds - shooting.load_seconds - sum(spent.values()))
        rows.append({**by, "what": "film", "work": [1.0, film], "seconds": round(rest, 4)})
    Speeds(store.folder).add(rows)


def _prepare(shooting: Shooting, shots: Sequence[str]) -> None:
    """Has a backend that wants it encode all texts before the first shot."""
    texts = said_in(shooting.plan, shooting.ahead(shots), shooting.backend.dialect)
    prepare(shooting.backend, shooting.store, texts, shooting.profile, shooting.device)


def _pin(backend: Backend, project: Path | None) -> None:
    """Records the weights of a model that did not come with the program."""
    source = getattr(backend, "source", None)
    if source is not None and project is not None:
        from scenelang.runtime.pins import record

        record(source)
        makes_first = getattr(getattr(backend, "first", None), "backend", None)
        if makes_first is not None:
            _pin(makes_first, project)


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
