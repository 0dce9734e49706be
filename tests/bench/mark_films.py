"""Films for `python -m tests.bench.mark`: segments of the examples by previz and the bundled model, and noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

import numpy as np
from films import EXAMPLES
from trust_clips import Luma, _texture, recoded

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.pipeline import plan_film
from scenelang.compiler.plan import Plan
from scenelang.grammar.parse import parse, parse_file
from scenelang.interchange.draft import draft
from scenelang.runtime.backend import FrameArray, Frames, Job, Native
from scenelang.runtime.conform import conform
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.registry import load_backend

FILMS = "tokyo,letter,monster,flame,harbour,lantern,ferry"
FRAMES, STEP, WINDOWS = 24, 12, 5  # of a window; to the next one; of a segment
LENGTH = FRAMES + STEP * (WINDOWS - 1)


def segments(film: str, model: str, size: tuple[int, int]) -> Iterator[Callable[[], FrameArray]]:
    """What renders stretches [LENGTH, H, W, 3] of an example: the first of each shot, then the second of each…"""
    plan = _plan(film).model_copy(update={"size": size})
    places = [(n, s.id) for s in plan.shots for n in range(s.frames // LENGTH)]
    for number, id in sorted(places, key=lambda place: place[0]):
        part = slice(number * LENGTH, (number + 1) * LENGTH)
        yield (
            partial(_drawn, plan, id, part)
            if model == "previz"
            else partial(_sampled, plan, film, model, id, part)
        )


def _drawn(plan: Plan, id: str, part: slice) -> FrameArray:
    passes = render_shot(plan, plan.shot(id), *plan.size, frames=range(part.start, part.stop))
    return np.concatenate([p.clay for p in passes if p.clay is not None])


def _sampled(plan: Plan, film: str, model: str, id: str, part: slice) -> FrameArray:
    native, chunks = _native(film, model, id)
    return np.concatenate(list(conform(chunks, native, plan.size, plan.rate, plan.shot(id).frames)))[
        part
    ]


@lru_cache(maxsize=1)
def _plan(film: str) -> Plan:
    """The plan of an example, which may be a screenplay."""
    path = EXAMPLES / f"{film}.scene"
    if path.is_file():
        return plan_film(parse_file(path)[0])
    script = path.with_suffix(".fountain").read_text(encoding="utf-8")
    return plan_film(parse(str(draft(script)), str(path))[0])


@lru_cache(maxsize=2)
def _native(film: str, model: str, id: str) -> tuple[Native, tuple[FrameArray, ...]]:
    """A shot's frames of the model, before they are brought to a size."""
    plan = _plan(film).model_copy(update={"size": (640, 360)})
    backend, shot = load_backend(model), plan.shot(id)
    native = backend.native(plan, "final")
    tensors = condition_shot(
        plan, shot, native, raster=backend.raster(native), encode=backend.encode, dialect=backend.dialect
    )
    events = backend.render(Job(plan, shot, tensors, native), None)
    return native, tuple(e.frames for e in events if isinstance(e, Frames))


def cuts(pictures: FrameArray, count: int, chance: np.random.Generator) -> Iterator[list[Luma]]:
    """Windows of frames without a mark, encoded (CRF 23): some frames, some part of the picture."""
    lumas = recoded(pictures, 23)
    height, width = lumas[0].shape
    for _ in range(count):
        frames = int(chance.choice([1, 2, 4, 8]))
        tall, broad = (int(n * chance.uniform(0.3, 0.7)) for n in (height, width))
        first, y, x = (
            int(chance.integers(n + 1)) for n in (len(lumas) - frames, height - tall, width - broad)
        )
        yield [f[y : y + tall, x : x + broad] for f in lumas[first : first + frames]]


def noises(count: int, chance: np.random.Generator) -> Iterator[list[Luma]]:
    """Pictures of noise: white, and as photographs have it."""
    for number in range(count):
        height, width = int(chance.integers(48, 200)), int(chance.integers(64, 340))
        if number % 2:
            yield [chance.integers(0, 256, (height, width), np.uint8)]
        else:
            picture = 128 + 40 * _texture(chance, height, width)
            yield [np.clip(picture, 0, 255).astype(np.uint8)]
