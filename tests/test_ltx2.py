"""LTX-2's own ways: previz in context, camera LoRAs, sound under the film, frames held by latent index."""

from __future__ import annotations

import shutil
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import tiny_models as tiny
import torch
from films import plan_text
from test_video_models import SETTINGS, SMALL, frames_of

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Sound
from scenelang.runtime.checkpoint import ModelError
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend
from scenelang.runtime.sound import SoundTrack
from scenelang.runtime.video_models.ltx2 import LTX2Backend


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_ltx2(tmp_path_factory.mktemp("ltx2") / "model")


def backend_with(model: Path, project: Path, lines: str = "") -> LTX2Backend:
    (project / "scenelang.toml").write_text(
        f'{SETTINGS}[models.mine]\npath = "{model.as_posix()}"\n{lines}'
    )
    made = load_backend("mine", project)
    assert isinstance(made, LTX2Backend)
    return made


def save_lora(file: Path, model: Path) -> None:
    """A LoRA as peft saves them, of the first block's attention."""
    from safetensors.torch import save_file

    generator = torch.Generator().manual_seed(0)
    name = "transformer.transformer_blocks.0.attn1.to_q"
    weights = {"lora_A.weight": (4, 16), "lora_B.weight": (16, 4)}
    save_file({f"{name}.{n}": torch.randn(s, generator=generator) for n, s in weights.items()}, file)


def test_previz_in_context_carries_the_camera(model: Path, tmp_path: Path) -> None:
    """With the words for the camera the same, another path gives other frames."""
    plan = plan_text(SMALL.replace(' { reference "mara.png"; voice "low" }', ""))
    moved = plan_text(plan_source().replace("dolly in 1m", "dolly in 1.1m"))
    backend = backend_with(model, tmp_path, "in_context = true\n")
    level = {r.property: r.level for r in backend.lowering(plan, plan.shots[0])}
    assert level["camera path"] == level["blocking mara"] == "approximate"
    assert not np.array_equal(frames_of(backend, plan, tmp_path), frames_of(backend, moved, tmp_path))
    blind = backend_with(model, tmp_path)
    assert np.array_equal(frames_of(blind, plan, tmp_path), frames_of(blind, moved, tmp_path))


def plan_source() -> str:
    return SMALL.replace(' { reference "mara.png"; voice "low" }', "")


def test_a_shot_of_one_plain_move_takes_its_lora(model: Path, tmp_path: Path) -> None:
    save_lora(tmp_path / "in.safetensors", model)
    backend = backend_with(model, tmp_path, 'loras = { "dolly in" = "in.safetensors" }\n')
    inward, aside = (
        plan_text(plan_source()),
        plan_text(plan_source().replace("dolly in 1m", "truck left 1m")),
    )
    row = {r.property: r for r in backend.lowering(inward, inward.shots[0])}["camera path"]
    assert row.level == "approximate" and "LoRA for `dolly in`" in row.why
    assert {r.property: r for r in backend.lowering(aside, aside.shots[0])}[
        "camera path"
    ].level == "text"
    plain = backend_with(model, tmp_path)
    before = frames_of(plain, inward, tmp_path), frames_of(plain, aside, tmp_path)
    after = frames_of(backend, inward, tmp_path), frames_of(backend, aside, tmp_path)
    assert not np.array_equal(before[0], after[0])
    assert np.array_equal(before[1], after[1])  # it is switched off again for another move


def test_a_lora_that_is_not_there(model: Path, tmp_path: Path) -> None:
    backend = backend_with(model, tmp_path, 'loras = { "dolly in" = "gone.safetensors" }\n')
    with pytest.raises(ModelError, match="the LoRA for `dolly in` is not there"):
        frames_of(backend, plan_text(plan_source()), tmp_path)
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    backend = backend_with(model, tmp_path, 'loras = { "dolly in" = "bad.safetensors" }\n')
    with pytest.raises(ModelError, match="can't be loaded"):
        frames_of(backend, plan_text(plan_source()), tmp_path)


def test_the_sound_is_as_long_as_the_film(model: Path, tmp_path: Path) -> None:
    two = plan_source() + plan_source()[plan_source().index("shot a") :].replace("shot a", "shot b")
    backend = backend_with(model, tmp_path)
    list(render_film(plan_text(two), backend, output=tmp_path / "film.mp4", project=tmp_path))
    with av.open(str(tmp_path / "film.mp4")) as film:
        heard = np.concatenate([f.to_ndarray() for f in film.decode(audio=0)], axis=1)
    assert heard.shape[1] / 16000 == pytest.approx(2, abs=0.1)
    assert np.abs(heard[:, :15000]).max() > 0 and np.abs(heard[:, 17000:31000]).max() > 0
    shutil.rmtree(tmp_path / "frames", ignore_errors=True)
    list(render_film(plan_text(plan_source()), backend, output=f"{tmp_path}/frames/"))
    with wave.open(str(tmp_path / "frames" / "sound.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (16000, 2, 16000)


def test_each_sound_is_where_its_shot_is() -> None:
    from pattern_backend import film_plan, shot_plan

    plan: Plan = film_plan([shot_plan("a", 24), shot_plan("b", 24)])
    track = SoundTrack()
    loud = np.ones((500, 1), np.float32)
    track.add("b", Sound(loud, 1000, Fraction(1, 4)))
    mixed, rate = track.mixed(plan)
    assert (mixed.shape, rate) == ((2000, 2), 1000)
    assert not mixed[:1250].any() and not mixed[1750:].any()
    assert mixed[1270:1730].min() == 1 and 0 <= mixed[1251, 0] < 1  # it comes and goes without a click
    track.add("a", Sound(np.ones((9000, 2), np.float32), 2000, Fraction(0)))
    assert track.mixed(plan)[0][990:1000].max() == 1 and not track.mixed(plan)[0][1000:1250].any()
