"""Maquette as a backend: clips that go on from one another, counts, sizes, seeds, and what it says it does."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from films import plan_example, plan_text
from maquette_films import FILM, save_tiny, tiny_pipeline

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Carry, Frames, Job, Native, Progress
from scenelang.runtime.loading import ModelError
from scenelang.runtime.maquette.backend import PROFILES, MaquetteBackend
from scenelang.runtime.maquette.chunks import CLIP, KNOWN, chunks, count
from scenelang.runtime.maquette.cues import Cues
from scenelang.runtime.pipeline import render_film


@pytest.fixture
def backend() -> MaquetteBackend:
    made = MaquetteBackend(Path("not looked at"))
    made._pipeline = tiny_pipeline()
    return made


def job_of(
    backend: MaquetteBackend, plan: Plan, profile: str = "draft", size: tuple[int, int] = (64, 32)
) -> Job:
    shot, native = plan.shots[0], Native(*size, backend.native(plan, profile).fps)
    conditioning = condition_shot(plan, shot, native, encode=backend.encode, dialect=backend.dialect)
    return Job(plan, shot, conditioning, native, profile)


def frames_of(backend: MaquetteBackend, job: Job) -> np.ndarray:
    return np.concatenate([e.frames for e in backend.render(job, None) if isinstance(e, Frames)])


@pytest.mark.parametrize("frames", [1, 4, 15, 16, 17, 28, 29, 240])
def test_chunks_cover_a_shot_once(frames: int) -> None:
    found = list(chunks(frames))
    assert len(found) == count(frames)
    seen = [n for chunk in found for n in range(chunk.start + chunk.known, min(chunk.stop, frames))]
    assert seen == list(range(frames))
    assert all(c.stop - c.start == CLIP and c.known in (0, KNOWN) for c in found)
    assert all(b.start + KNOWN == a.stop for a, b in pairwise(found))


@pytest.mark.parametrize("frames", [1, 12, 13, 240])
def test_a_shot_that_continues_has_its_first_clip_begin_before_it(frames: int) -> None:
    found = list(chunks(frames, goes_on=True))
    assert found[0].start == -KNOWN and all(c.known == KNOWN for c in found)
    seen = [n for c in found for n in range(c.start + c.known, min(c.stop, frames))]
    assert seen == list(range(frames)) and len(found) == count(frames, goes_on=True)


def test_a_take_goes_on_from_the_frames_of_the_shot_before(
    backend: MaquetteBackend, tmp_path: Path
) -> None:
    text = FILM + "shot b 1s {\n  continue from a\n  lio waves\n}\n"
    plan = plan_text(text)
    second = plan.shots[1]
    assert second.continues == "a" and second.since == plan.shots[0].frames
    assert second.camera.c2w[0] == plan.shots[0].camera.c2w[-1] and second.seed == plan.shots[0].seed
    first = job_of(backend, plan)
    carry = [e for e in backend.render(first, None) if isinstance(e, Carry)][-1]
    native = first.native
    conditioning = condition_shot(plan, second, native, encode=backend.encode, dialect=backend.dialect)
    job = Job(plan, second, conditioning, native, "draft")
    events = [
        [e for e in backend.render(job, given) if isinstance(e, Frames)] for given in (carry, None)
    ]
    goes_on, anew = (np.concatenate([e.frames for e in found]) for found in events)
    assert goes_on.shape == anew.shape and (goes_on != anew).any()
    done = list(render_film(plan, backend, output=tmp_path / "film.mp4", profile="draft"))[-1]
    assert done.denoiser_calls == PROFILES["draft"].calls * (count(24) + count(12, goes_on=True))  # type: ignore[union-attr]


def test_a_shot_has_its_frames_and_goes_on_over_borders(backend: MaquetteBackend) -> None:
    plan = plan_text(FILM.replace("a 2s", "a 4s").replace("1s..", "3s..").replace("0s..1s", "0s..3s"))
    job = job_of(backend, plan)
    events = list(backend.render(job, None))
    frames = [e.frames for e in events if isinstance(e, Frames)]
    assert [len(f) for f in frames] == [16, 12, 12, 8]
    assert all(f.dtype == np.uint8 and f.shape[1:] == (32, 64, 3) for f in frames)
    progress = [e for e in events if isinstance(e, Progress)]
    assert (progress[-1].done, progress[-1].total) == (4 * PROFILES["draft"].calls,) * 2
    assert isinstance(events[-1], Carry) and len(events[-1].frames) == KNOWN


def test_a_clip_knows_the_last_frames_of_the_one_before(backend: MaquetteBackend) -> None:
    plan = plan_text(FILM)
    given = []
    real = tiny_pipeline()

    def seen(*args, known=None, **more):  # type: ignore[no-untyped-def]
        clip = real(*args, known=known, **more)
        given.append((known, clip))
        return clip

    class Spy:
        encode = staticmethod(real.encode)

        def to(self, device: str):  # type: ignore[no-untyped-def]
            return seen

    backend._pipeline = Spy()
    frames_of(backend, job_of(backend, plan))
    assert len(given) == count(24) and given[0][0] is None
    for (_, before), (known, clip) in pairwise(given):
        assert torch.equal(known, before[:, -KNOWN:])
        assert torch.equal(clip[:, :KNOWN], known)


def test_the_denoiser_runs_as_often_as_it_says(backend: MaquetteBackend) -> None:
    plan, calls = plan_text(FILM), []
    hook = tiny_pipeline().transformer.register_forward_hook(lambda *_: calls.append(1))
    try:
        frames_of(backend, job_of(backend, plan))
    finally:
        hook.remove()
    assert (
        len(calls) == backend.denoiser_calls(plan, plan.shots[0], "draft") == 2 * PROFILES["draft"].calls
    )


def test_a_text_is_encoded_once(backend: MaquetteBackend) -> None:
    plan = plan_text(FILM)
    job_of(backend, plan)
    first = backend.text_encodings
    job_of(backend, plan)
    assert backend.text_encodings == first > 0


def test_seeds(backend: MaquetteBackend) -> None:
    def film(seed: int) -> np.ndarray:
        return frames_of(backend, job_of(backend, plan_text(FILM.replace("seed 5", f"seed {seed}"))))

    assert np.array_equal(film(5), film(5))
    assert not np.array_equal(film(5), film(6))


@pytest.mark.parametrize(
    ("size", "fps", "profile", "native"),
    [
        ((1280, 720), "24", "final", Native(512, 288, Fraction(24))),
        ((1920, 1080), "60", "final", Native(512, 288, Fraction(30))),
        ((1280, 720), "24", "fast", Native(256, 144, Fraction(24))),
        ((1280, 720), "24", "draft", Native(192, 112, Fraction(12))),
        ((720, 1280), "25", "final", Native(288, 512, Fraction(25))),
        ((1920, 804), "24000/1001", "final", Native(592, 256, Fraction(24000, 1001))),
        ((96, 54), "24", "draft", Native(112, 64, Fraction(12))),
        ((1001, 7), "24", "draft", Native(1008, 16, Fraction(12))),
    ],
)  # fmt: skip
def test_sizes_and_rates(size: tuple[int, int], fps: str, profile: str, native: Native) -> None:
    plan = plan_text(FILM).model_copy(update={"size": size, "fps": fps})
    assert MaquetteBackend().native(plan, profile) == native


def test_a_film_of_an_odd_size_comes_out_at_its_own(backend: MaquetteBackend, tmp_path: Path) -> None:
    plan = plan_text(FILM).model_copy(update={"size": (100, 66)})
    done = list(render_film(plan, backend, output=tmp_path / "film.mp4", profile="draft"))[-1]
    assert done.frames == 24


@pytest.mark.parametrize("name", ["tokyo", "letter", "monster"])
def test_no_property_is_left_out(name: str) -> None:
    """Every one that the animatic lists, this one lists too."""
    from scenelang.runtime.previz.backend import PrevizBackend

    plan = plan_example(name)
    for shot in plan.shots:
        theirs = {row.property for row in PrevizBackend().lowering(plan, shot)}
        rows = MaquetteBackend().lowering(plan, shot)
        assert theirs <= {row.property for row in rows}
        assert all(row.why for row in rows)


def test_more_subjects_than_it_learned_are_said() -> None:
    crowd = "\n".join(f'prop p{n} "a red ball"' for n in range(5))
    blocking = "\n".join(f"  p{n} at ({n}m, -2m)" for n in range(5))
    text = FILM.replace("place street", f"{crowd}\nplace street").replace(
        "  0s..1s", f"{blocking}\n  0s..1s"
    )
    plan = plan_text(text)
    rows = {row.property: row.why for row in MaquetteBackend().lowering(plan, plan.shots[0])}
    assert "8 of them; the model was trained with 4" in rows["number of subjects"]


def test_no_memory_is_said(backend: MaquetteBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real allocation that no machine can serve."""
    job = job_of(backend, plan_text(FILM))
    monkeypatch.setattr("scenelang.runtime.maquette.backend.with_air", lambda cues, *_: cues)
    job = replace(job, native=Native(2**24, 2**24, job.native.fps))
    with pytest.raises(ModelError, match="not enough memory"):
        frames_of(backend, job)


def test_it_samples_where_previz_can_not_be_imported(tmp_path: Path) -> None:
    save_tiny(tmp_path / "model")
    (tmp_path / "film.scene").write_text(FILM)
    code = f"""
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("scenelang.runtime.previz"):
            raise ImportError(name + " is out of reach")
sys.meta_path.insert(0, Refuse())
import scenelang as sl
from pathlib import Path
done = sl.load(Path({str(tmp_path / "film.scene")!r})).render(
    {str(tmp_path / "film.mp4")!r}, model={str(tmp_path / "model")!r}, profile="draft")
assert done.frames == 24 and done.denoiser_calls == {2 * PROFILES["draft"].calls}
try:
    import scenelang.runtime.previz.render
except ImportError:
    print("sampled without previz")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "sampled without previz", done.stderr


def test_guidance_costs_what_it_says_and_makes_other_frames(
    backend: MaquetteBackend, tmp_path: Path
) -> None:
    plan, calls = plan_text(FILM), []
    job, backend.folder = job_of(backend, plan), save_tiny(tmp_path)
    plain, named = frames_of(backend, job), backend.identity()
    said = backend.denoiser_calls(plan, job.shot, "draft")
    backend.guidance = 2.0
    hook = tiny_pipeline().transformer.register_forward_hook(lambda *_: calls.append(1))
    try:
        guided = frames_of(backend, job)
    finally:
        hook.remove()
    assert len(calls) == backend.denoiser_calls(plan, job.shot, "draft") == 2 * said
    assert not np.array_equal(plain, guided) and backend.identity() != named


def test_one_text_is_the_same_in_every_frame(
    backend: MaquetteBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, backend.folder = job_of(backend, plan_text(FILM)), save_tiny(tmp_path)
    weights: list[torch.Tensor] = []
    clip = MaquetteBackend._clip

    def watched(self: MaquetteBackend, job: Job, cues: Cues, *rest: Any) -> torch.Tensor:
        weights.append(cues.weight_BFS[0])
        return clip(self, job, cues, *rest)

    monkeypatch.setattr(MaquetteBackend, "_clip", watched)
    frames_of(backend, job)
    by_segment, named = torch.cat(weights), backend.identity()
    weights.clear()
    backend.one_text = True
    frames_of(backend, job)
    by_shot = torch.cat(weights)
    assert not torch.equal(by_segment[0], by_segment[-1])
    assert (by_shot == by_shot[0]).all() and (by_shot[0] > 0).all()
    assert float(by_shot[0].sum()) == pytest.approx(1) and backend.identity() != named
