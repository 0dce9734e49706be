"""Maquette's network, words and pipeline: real classes, tiny, with random weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from films import EXAMPLES, plan_example, plan_text
from maquette_films import FILM, save_tiny, tiny_pipeline

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.plan import Plan
from scenelang.compiler.prompts import prompts, subject_prompts
from scenelang.runtime.loading import load_pipeline
from scenelang.runtime.maquette.cues import GROUPS, Cues, collate, cues_of, with_air
from scenelang.runtime.maquette.transformer import Guides, MaquetteTransformer3DModel
from scenelang.runtime.maquette.words import LENGTH, make_tokenizer, token_ids, vocabulary
from scenelang.runtime.training.films import random_film, random_plan


@pytest.fixture(scope="module")
def cues() -> Cues:
    plan = plan_text(FILM)
    shot, encode = plan.shots[0], tiny_pipeline().encode
    found = cues_of(plan, shot, condition_shot(plan, shot, encode=encode, dialect="maquette"), encode)
    return with_air(found.frames(slice(8, 16)), shot, torch.arange(8, 16), 12.0, 32, 64)


def sample(cues: Cues, seed: int = 0, **more: object) -> torch.Tensor:
    return tiny_pipeline()(cues, 32, 64, steps=2, generator=torch.Generator().manual_seed(seed), **more)  # type: ignore[arg-type]


def guided(network: MaquetteTransformer3DModel, cues: Cues, drop: Any = ()) -> Guides:
    return network.guide(cues, *network.sketched(cues, 32, 64, drop))


# words ----------------------------------------------------------------------------------


def texts_of(plan: Plan) -> list[str]:
    found = [p.text for shot in plan.shots for p in prompts(plan, shot, "maquette")]
    found += [p.kind for shot in plan.shots for p in shot.particles]
    for shot in plan.shots:
        for track in shot.subjects:
            found += subject_prompts(plan, shot, track.subject, "maquette")
    return list(dict.fromkeys(found))


def test_no_word_of_the_dialect_is_unknown() -> None:
    tokenizer = make_tokenizer()
    plans = [plan_example(path.stem) for path in EXAMPLES.glob("*.scene") if path.stem != "cast"]
    plans += [random_plan(seed) for seed in range(150)]
    for plan in plans:
        for text in texts_of(plan):
            assert tokenizer.unk_token_id not in tokenizer(text)["input_ids"], text


def test_texts_of_training_are_not_cut() -> None:
    tokenizer = make_tokenizer()
    for seed in range(60):
        for text in texts_of(random_plan(seed)):
            assert len(tokenizer(text)["input_ids"]) < LENGTH, text


def test_the_vocabulary_has_each_word_once() -> None:
    assert len(set(vocabulary())) == len(vocabulary())


def test_an_embedding_is_zero_behind_the_end() -> None:
    found = tiny_pipeline().encode(["snow", "a street. dense snow."])
    ids = token_ids(make_tokenizer(), ["snow", "a street. dense snow."])
    assert found.shape[:2] == ids.shape
    assert ((found != 0).any(-1) == (ids != 0)).all()


# the network ----------------------------------------------------------------------------


def test_a_clip_has_the_shape_that_was_asked_for(cues: Cues) -> None:
    found = sample(cues)
    assert found.shape == (1, 8, 3, 32, 64)
    assert found.isfinite().all() and found.abs().max() <= 1


def test_clips_of_a_batch_are_each_as_alone(cues: Cues) -> None:
    """And what is left out of one is not left out of the other."""
    network = tiny_pipeline().transformer
    both = collate([cues, cues])
    drop = torch.tensor([[False] * len(GROUPS), [True, False, True, False, False]])
    x, level = torch.randn(1, 8, 3, 32, 64), torch.full((1, 8), 0.7)
    with torch.inference_mode():
        whole = network(x, level, guided(network, cues))
        less = network(x, level, guided(network, cues, ("text", "bodies")))
        found = network(x.repeat(2, 1, 1, 1, 1), level.repeat(2, 1), guided(network, both, drop))
    torch.testing.assert_close(found, torch.cat([whole, less]), atol=1e-4, rtol=1e-3)


def test_the_same_seed_gives_the_same_clip(cues: Cues) -> None:
    assert torch.equal(sample(cues, 3), sample(cues, 3))
    assert not torch.equal(sample(cues, 3), sample(cues, 4))


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_of_cues_counts_and_can_be_left_out(cues: Cues, group: str) -> None:
    whole, without = sample(cues), sample(cues, drop=(group,))
    assert without.isfinite().all()
    assert not torch.equal(whole, without)


CHANGES = {
    "c2w_BF44": 0.3, "light_BFJ8": 0.5, "bone_BFNR34": 0.3, "motion_BFNK": 0.5, "extent_BN2": 0.2, "stature_BN": 0.5,
    "set_B7": 1.0, "colour_BFNC": -0.3, "air_BFP3HW": 0.3, "haze_BF": 0.5,
    "text_BSLD": 0.5, "body_BFNA": 0.5, "place_BG": 0.5, "air_text_BPLD": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_every_cue_reaches_the_picture(cues: Cues, name: str) -> None:
    value = getattr(cues, name)
    other = value + CHANGES[name] * (value != 0 if value.dim() > 2 else 1)
    assert not torch.equal(sample(cues), sample(replace(cues, **{name: other})))


def test_known_frames_stay_and_the_others_go_on_from_them(cues: Cues) -> None:
    known = torch.rand(1, 4, 3, 32, 64) * 2 - 1
    found = sample(cues, known=known)
    assert torch.equal(found[:, :4], known)
    assert not torch.equal(found[:, 4:], sample(cues, known=-known)[:, 4:])


def test_guidance_leads_away_from_no_text(cues: Cues) -> None:
    assert not torch.equal(sample(cues), sample(cues, guidance=2.0))


def test_the_text_of_a_segment_reaches_its_own_frames() -> None:
    """A text that counts in the second half alone changes the first half less than the second."""
    plan = plan_text(FILM)
    shot, encode = plan.shots[0], tiny_pipeline().encode
    whole = cues_of(plan, shot, condition_shot(plan, shot, encode=encode, dialect="maquette"), encode)
    air = with_air(whole.frames(slice(4, 20)), shot, torch.arange(4, 20), 12.0, 32, 64)
    assert air.text_BSLD.shape[1] == 2
    weight = air.weight_BFS[0]
    assert weight[:4, 1].max() < 0.01 and weight[-4:, 0].max() < 0.01
    other = air.text_BSLD.clone()
    other[:, 1] += 0.5 * (other[:, 1] != 0)
    network = tiny_pipeline().transformer
    x, level = torch.zeros(1, 16, 3, 32, 64), torch.full((1, 16), 0.9)
    with torch.inference_mode():
        a, b = (network(x, level, guided(network, c)) for c in (air, replace(air, text_BSLD=other)))
    changed = (a - b).abs().mean((0, 2, 3, 4))
    assert changed[:4].max() < 0.2 * changed[-4:].min()


# the folder -----------------------------------------------------------------------------


def test_a_folder_holds_all_and_comes_back_the_same(cues: Cues, tmp_path: Path) -> None:
    index = json.loads((save_tiny(tmp_path / "model") / "model_index.json").read_text())
    assert index["_class_name"] == "MaquettePipeline"
    assert index["scheduler"] == ["diffusers", "FlowMatchEulerDiscreteScheduler"]
    again = load_pipeline(tmp_path / "model")
    a = again(cues, 32, 64, steps=2, generator=torch.Generator().manual_seed(0))
    assert torch.equal(a, sample(cues))


def test_the_films_of_the_training_are_without_errors() -> None:
    assert all(random_film(Random(seed)).startswith("scenelang 1") for seed in range(20))
