"""The training program: films, clips, windows, steps that can be resumed, and a folder at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from maquette_films import TINY

from scenelang.compiler.pipeline import analyse
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse
from scenelang.runtime.loading import ModelError, load_pipeline
from scenelang.runtime.maquette.cues import GROUPS
from scenelang.runtime.training.clips import (
    FRAMES,
    HEIGHT,
    SHARD,
    WIDTH,
    make_clip,
    make_shards,
    write_shard,
)
from scenelang.runtime.training.config import CHECK_SEED, CONFIGS, TRAIN_SEED, Config
from scenelang.runtime.training.drifting import drift
from scenelang.runtime.training.export import export
from scenelang.runtime.training.films import random_film, random_plan
from scenelang.runtime.training.fit import dropped, levels
from scenelang.runtime.training.footage import render_clips
from scenelang.runtime.training.lighting import light
from scenelang.runtime.training.samples import (
    Bucket,
    Window,
    clip_cues,
    cut,
    draw_window,
    pack,
    samples,
    shard_cues,
    unpack,
)
from scenelang.runtime.training.train import Training, train
from scenelang.runtime.training.world import HELD_OUT

SEEDS = st.integers(0, 2**31)


# films ----------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_a_random_film_means_something_and_is_kept_by_the_formatter(seed: int) -> None:
    text = random_film(Random(seed))
    film, found = parse(text, "random.scene")
    plan = analyse(film, found).plan
    assert plan is not None and plan.shots[0].frames >= FRAMES
    again, errors = parse(format_film(film), "random.scene")
    assert not errors and again == film


def test_a_seed_names_a_film() -> None:
    assert random_film(Random(7)) == random_film(Random(7)) != random_film(Random(8))


def pairs_of(seed: int, held: tuple[str, str] | None = None) -> set[tuple[str, str]]:
    """Kinds with their colours, the place with its kinds and with its air, as the plan has them."""
    from scenelang.compiler.wording import subject_words

    plan = random_plan(seed, held)
    shot = plan.shots[0]
    place = plan.place(shot.place)
    assert place is not None
    found = {(place.set, p.kind) for p in shot.particles}
    for track in shot.subjects:
        words = subject_words(plan, shot, track.subject, 0)
        found |= {(str(words["kind"]), str(words["colour"])), (place.set, str(words["kind"]))}
    return found


def test_no_film_of_the_training_holds_what_is_held_out() -> None:
    for seed in range(TRAIN_SEED, TRAIN_SEED + 300):
        assert not pairs_of(seed) & HELD_OUT


@pytest.mark.parametrize("held", sorted(HELD_OUT))
def test_a_film_that_is_asked_for_it_holds_it(held: tuple[str, str]) -> None:
    assert held in pairs_of(CHECK_SEED, held)


def test_training_and_checking_never_share_a_film() -> None:
    assert max(c.clips for c in CONFIGS.values()) + TRAIN_SEED < CHECK_SEED


# clips ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards of two clips, which is what a training reads."""
    folder = tmp_path_factory.mktemp("clips")
    for number in (0, 1):
        write_shard(folder, number, [make_clip(TRAIN_SEED + 2 * number + n) for n in (0, 1)])
    return folder


def test_a_shard_that_is_there_is_not_made_again(clips: Path) -> None:
    before = (clips / "00000.npy").stat().st_mtime_ns
    assert list(make_shards(clips, TRAIN_SEED, [0, 1])) == [0, 1]
    assert (clips / "00000.npy").stat().st_mtime_ns == before


def test_clips_are_made_in_processes_of_their_own(clips: Path) -> None:
    """Of shards that are there only what is missing: their cues."""
    told: list[int] = []
    assert render_clips(SHARD + 1, clips, told.append) == sum(told) == 2 * SHARD
    assert (clips / "00001.cues.safetensors").is_file()


def test_cues_come_back_as_they_were_kept(clips: Path) -> None:
    kept = shard_cues(clips, 0)
    clip = make_clip(TRAIN_SEED)
    made = clip_cues(clip.plan, clip.start)
    again = unpack(kept[0])
    air = (again.air_BFP3HW.float() / 255).square()
    torch.testing.assert_close(air, made.air_BFP3HW, atol=0.005, rtol=0)
    assert torch.equal(again.c2w_BF44, made.c2w_BF44)
    assert pack(made).keys() == kept[0].keys()


def test_a_window_is_that_part_of_the_clip(clips: Path) -> None:
    pictures = np.load(clips / "00000.npy")[0]
    cues = unpack(shard_cues(clips, 0)[0])
    window = Window(start=2, stride=3, frames=4, left=64, top=16, width=128, height=64)
    found = cut(pictures, cues, window, 128, 64)
    expected = torch.from_numpy(pictures[2:14:3, 16:80, 64:192]).permute(0, 3, 1, 2) / 127.5 - 1
    torch.testing.assert_close(found.frames[0], expected.float())
    assert torch.equal(found.cues.c2w_BF44, cues.c2w_BF44[:, 2:14:3])
    # the part's own picture spans 0 to 1: a point at its left edge had x = 64/256 in the whole
    k, whole = found.cues.K_BF33[0, 0], cues.K_BF33[0, 2]
    x = (64 / WIDTH - whole[0, 2]) / whole[0, 0]
    assert float(k[0, 0] * x + k[0, 2]) == pytest.approx(0, abs=1e-5)


def test_windows_lie_in_their_clip(clips: Path) -> None:
    rng, cues = np.random.default_rng(0), unpack(shard_cues(clips, 0)[0])
    for bucket in CONFIGS["full"].buckets * 20:
        w = draw_window(rng, bucket, cues)
        assert 0 <= w.left <= w.left + w.width <= WIDTH and 0 <= w.top <= w.top + w.height <= HEIGHT
        assert w.start + w.stride * (w.frames - 1) < FRAMES


def test_batches_are_the_same_from_a_step_on(clips: Path) -> None:
    stream = samples(clips, CONFIG.bucket, seed=3)
    next(stream)
    second, again = next(stream), next(samples(clips, CONFIG.bucket, seed=3, step=1))
    assert all(torch.equal(a.frames, b.frames) for a, b in zip(second, again, strict=True))


def test_learners_share_a_batch(clips: Path) -> None:
    """Shares of a batch have its size together, its shape each, and differ."""
    bucket = Bucket(64, 32, 1, 8, windows=2)
    ours, theirs = (
        next(samples(clips, lambda step, rng: bucket, seed=3, rank=rank, size=2)) for rank in (0, 1)
    )
    assert len(ours) == len(theirs) == 4
    assert ours[0].frames.shape == theirs[0].frames.shape == (1, 1, 3, 32, 64)
    assert not torch.equal(ours[0].frames, theirs[0].frames)


# learning -------------------------------------------------------------------------------


def test_levels_and_what_is_left_out() -> None:
    generator = torch.Generator().manual_seed(0)
    t, guessed = levels(400, 8, generator)
    known = ~guessed[:, 0]
    assert 0.2 < known.float().mean() < 0.5
    assert guessed[:, 4:].all() and t[known, :4].max() <= 0.1
    assert (t[:, 4:] == t[:, 4:5]).all() and t.min() > 0 and t.max() <= 1
    short, all_guessed = levels(50, 4, generator)
    assert all_guessed.all() and (short == short[:, :1]).all()
    assert dropped(400, generator).float().mean(0).min() > 0.005
    assert dropped(400, generator).shape == (400, len(GROUPS))


CONFIG = Config(
    "test", 4, 1.0, (Bucket(64, 32, 4, 2),), TINY,
    sketch=Bucket(32, 32, 1, 4, windows=2), sketch_steps=1, warmup=1, shapes=4,
    shape_steps=20, light_plans=2, light_steps=5, drift_clips=4, drift_steps=20,
)  # fmt: skip


def steps(training: Training, clips: Path, count: int) -> None:
    from scenelang.runtime.maquette.cues import collate
    from scenelang.runtime.training.samples import Sample

    stream = samples(clips, CONFIG.bucket, 0, training.step)
    for _ in range(count):
        batch = next(stream)
        loss, error = training.learn(
            Sample(torch.cat([s.frames for s in batch]), collate([s.cues for s in batch]))
        )
        assert np.isfinite(loss) and error > 0


def test_a_training_that_was_stopped_goes_on_as_if_it_was_not(clips: Path, tmp_path: Path) -> None:
    straight = Training(CONFIG, tmp_path / "a")
    steps(straight, clips, 4)
    stopped = Training(CONFIG, tmp_path / "b")
    stopped.folder.mkdir()
    steps(stopped, clips, 2)
    stopped.save()
    resumed = Training(CONFIG, tmp_path / "b")
    assert resumed.step == 2
    steps(resumed, clips, 2)
    for name, value in straight.parts.state_dict().items():
        assert torch.equal(value, resumed.parts.state_dict()[name]), name
    assert all(torch.equal(v, resumed.average[k]) for k, v in straight.average.items())


def test_light_is_learned_from_what_falls_on_solids(tmp_path: Path) -> None:
    """The layers that light what is solid alone learn, and the error falls."""
    training = Training(CONFIG, tmp_path)
    before = {k: v.clone() for k, v in training.network.state_dict().items()}
    plans = [random_plan(CHECK_SEED + n) for n in range(3)]
    errors = [light(training.network.sketch, training.text_encoder, plans, count) for count in (1, 60)]
    assert errors[1] < 0.7 * errors[0]
    changed = {k for k, v in training.network.state_dict().items() if not torch.equal(v, before[k])}
    assert changed and all(k.startswith("sketch.face") for k in changed)


def test_particles_are_learned_where_they_are(clips: Path, tmp_path: Path) -> None:
    """Their layers alone learn, and from the first to the last step the error falls."""
    training = Training(CONFIG, tmp_path)
    before = {k: v.clone() for k, v in training.network.state_dict().items()}
    errors = [
        drift(training.network.sketch, training.text_encoder, clips, 12, count) for count in (1, 60)
    ]
    assert errors[1] < 0.8 * errors[0]
    assert (
        drift(training.network.sketch, training.text_encoder, clips, 0, 9) == 0.0
    )  # nothing to learn from
    changed = {k for k, v in training.network.state_dict().items() if not torch.equal(v, before[k])}
    assert changed and all(k.startswith("sketch.drift") for k in changed)


def test_every_weight_learns(clips: Path, tmp_path: Path) -> None:
    training = Training(replace(CONFIG, sketch_steps=4), tmp_path)
    before = {k: v.clone() for k, v in training.parts.state_dict().items()}
    training.teach_shapes(clips)
    taught = {k for k, v in training.parts.state_dict().items() if not torch.equal(v, before[k])}
    assert taught and all(".sketch.scenery." in k or ".sketch.bodies." in k for k in taught)
    steps(training, clips, 8)
    still = [k for k, v in training.parts.state_dict().items() if torch.equal(v, before[k])]
    # a word that no text had, and what stands for cues that no clip of so few lacked, may stay
    assert not [name for name in still if "missing" not in name and "no_text" not in name]


@pytest.mark.parametrize("threads", [1, 2])
def test_from_clips_to_a_folder(clips: Path, tmp_path: Path, threads: int) -> None:
    minutes: list[float] = []
    config = replace(CONFIG, minutes=0.05)
    training = train(config, clips, tmp_path, threads, tell=minutes.append)
    assert training.done == 1 and minutes and (tmp_path / "checkpoint.pt").is_file()
    export(training, tmp_path / "weights")
    pipeline = load_pipeline(tmp_path / "weights", torch.float32)
    assert pipeline.transformer.config.dim == TINY["dim"]


def test_a_training_begins_with_the_weights_of_a_model(clips: Path, tmp_path: Path) -> None:
    first = Training(CONFIG, tmp_path / "first")
    steps(first, clips, 2)
    export(first, tmp_path / "weights")
    began = Training(CONFIG, tmp_path / "second", begin=tmp_path / "weights")
    kept = load_pipeline(tmp_path / "weights", torch.float32).transformer.state_dict()
    assert all(torch.equal(v, kept[k]) for k, v in began.network.state_dict().items())
    assert all(torch.equal(v, began.parts.state_dict()[k]) for k, v in began.average.items())
    other = replace(CONFIG, network={**TINY, "dim": 64})
    with pytest.raises(ModelError, match="not sized"):
        Training(other, tmp_path / "third", begin=tmp_path / "weights")
