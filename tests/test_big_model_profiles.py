"""Profiles of big models: samplers, caches, attention, precision, quantised and compiled denoisers, offload."""

from __future__ import annotations

import importlib.util
import shutil
from functools import partialmethod
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
import torch
from diffusers import WanTransformer3DModel
from films import plan_text
from test_video_models import SETTINGS, SMALL, frames_of, model_of

from scenelang.runtime.checkpoint import ModelError
from scenelang.runtime.settings import load_settings
from scenelang.runtime.video_models.options import options
from scenelang.runtime.video_models.wan_calls import WAN_PROFILES

FILM = SMALL.replace(' { reference "mara.png"; voice "low" }', "")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_wan_t2v(tmp_path_factory.mktemp("whole") / "model")


@pytest.fixture
def project(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "model")
    (tmp_path / "scenelang.toml").write_text(SETTINGS)
    return tmp_path


def test_a_profile_changes_what_it_says_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "scenelang.toml").write_text(
        "[profiles.fast]\nsteps = 8\nsampler = 'euler'\nshift = 5.0\nsize = '480x272'\n"
    )
    settings = load_settings(tmp_path)
    made = options(WAN_PROFILES, settings, "fast")
    assert (made.steps, made.sampler, made.shift, made.size, made.area) == (
        8,
        "euler",
        5.0,
        (480, 272),
        480 * 272,
    )
    assert (made.guidance, made.cache) == (WAN_PROFILES["fast"].guidance, WAN_PROFILES["fast"].cache)
    assert options(WAN_PROFILES, settings, "final") == WAN_PROFILES["final"]


@pytest.mark.parametrize(
    "line",
    ["sampler = 'euler'", "sampler = 'dpm++'", "shift = 9.0", "cache = 'first-block'\ncache_threshold = 0.9",
     "cache = 'taylor'", "cache = 'pyramid'", "attention = 'native'", "guidance = 1.0", "dtype = 'bfloat16'"],
)  # fmt: skip
def test_profiles_run(line: str, project: Path) -> None:
    """Samplers, caches, attention and precision of diffusers, set by the project; all but one change frames."""
    plan = plan_text(FILM)
    (project / "scenelang.toml").write_text(SETTINGS.replace("steps = 2", "steps = 6"))
    before = frames_of(model_of(project), plan, project)
    (project / "scenelang.toml").write_text(SETTINGS.replace("steps = 2", f"steps = 6\n{line}"))
    backend = model_of(project)
    after = frames_of(backend, plan, project)
    assert after.shape == before.shape
    assert np.array_equal(after, frames_of(backend, plan, project))  # nothing is left of the shot before
    if "attention" in line:
        assert np.array_equal(after, before)  # what torch does anyway
    elif "taylor" not in line and "pyramid" not in line:  # which may compute all of so few steps
        assert not np.array_equal(after, before)


def test_what_can_not_be_had_here_is_said(project: Path) -> None:
    plan = plan_text(FILM)
    for line, message in (
        ("offload = 'model'", "offload needs an accelerator"),
        ("offload = 'group'", "offload needs an accelerator"),
        ("attention = 'flash_4_hub'", "can't run as the profile wants"),
    ):
        (project / "scenelang.toml").write_text(f"{SETTINGS}{line}\n")
        backend = model_of(project)
        with pytest.raises(ModelError, match=message):
            frames_of(backend, plan, project)
        assert backend.text_encodings == (0 if "offload" in line else 3)  # told as soon as it can be


@pytest.mark.parametrize("cache", ["first-block", "cache-dit"])
def test_a_cache_spares_blocks_in_both_experts(cache: str, tmp_path: Path) -> None:
    """And what it keeps of one shot is gone in the next: the same shot has the same frames again."""
    if cache == "cache-dit":
        pytest.importorskip("cache_dit")
    tiny.save_wan_t2v(tmp_path / "model", experts=True)
    line = f"cache = '{cache}'\ncache_threshold = 0.5"
    (tmp_path / "scenelang.toml").write_text(SETTINGS.replace("steps = 2", f"steps = 30\n{line}"))
    backend, plan = model_of(tmp_path), plan_text(FILM)
    seen = [0, 0]
    for n, network in enumerate(backend.denoisers(backend.pipeline("final", "cpu"))):
        network.blocks[-1].ffn.register_forward_hook(lambda *_, n=n: seen.__setitem__(n, seen[n] + 1))
    first = frames_of(backend, plan, tmp_path)
    once = list(seen)
    assert 0 < sum(once) < 60 and min(once) > 0
    assert np.array_equal(first, frames_of(backend, plan, tmp_path))
    assert seen == [2 * count for count in once]


@pytest.mark.parametrize(
    ("line", "module", "message"),
    [
        ("quantize = 'int8'", "torchao", "quantising to int8 needs torchao"),
        ("cache = 'cache-dit'", "cache_dit", "the cache `cache-dit` is not installed"),
    ],
)
def test_what_is_not_installed_is_said(line: str, module: str, message: str, project: Path) -> None:
    if importlib.util.find_spec(module) is not None:
        pytest.skip(f"{module} is installed")
    (project / "scenelang.toml").write_text(f"{SETTINGS}{line}\n")
    with pytest.raises(ModelError, match=message) as caught:
        frames_of(model_of(project), plan_text(FILM), project)
    assert "pip install" in caught.value.hint


# Quantised -------------------------------------------------------------------------------------

QUANTIZED = ("quantize = 'int8'", "quantize = 'float8'", "quantize = 'int8'\ndtype = 'bfloat16'")


def small_layers(network: Any) -> tuple[set[str], set[str]]:
    """The names of a transformer's linear layers: those whose weights are torchao's, and the others."""
    kept: tuple[set[str], set[str]] = set(), set()
    for name, layer in network.named_modules():
        if isinstance(layer, torch.nn.Linear):
            kept[not type(layer.weight.data).__module__.startswith("torchao")].add(name)
    return kept


@pytest.mark.parametrize("line", QUANTIZED)
def test_a_quantised_denoiser_makes_nearly_the_same_frames(line: str, project: Path) -> None:
    """All its linear layers are quantised, but for those that diffusers keeps exact; the VAE is not."""
    pytest.importorskip("torchao")
    plan = plan_text(FILM)
    before = frames_of(model_of(project), plan, project)
    (project / "scenelang.toml").write_text(f"{SETTINGS}{line}\n")
    backend = model_of(project)
    after = frames_of(backend, plan, project)
    pipe = backend.pipeline("final", "cpu")
    small, exact = small_layers(pipe.transformer)
    assert len(small) == 24 and exact == {f"condition_embedder.time_embedder.linear_{n}" for n in (1, 2)}
    assert not any(type(p.data).__module__.startswith("torchao") for p in pipe.vae.parameters())
    assert after.shape == before.shape and not np.array_equal(after, before)
    assert np.abs(after.astype(float) - before).mean() < 10


def test_both_experts_of_a_camera_checkpoint_are_quantised(tmp_path: Path) -> None:
    """Whose transformers are loaded by our own code, not by `from_pretrained`."""
    pytest.importorskip("torchao")
    project = tiny.save_camera(tmp_path, tiny.save_wan_i2v(tmp_path / "base"), in_dim=36, experts=2)
    plan, settings = plan_text(FILM), (project / "scenelang.toml").read_text()
    before = frames_of(model_of(project), plan, project)
    (project / "scenelang.toml").write_text(f"{settings}quantize = 'int8'\n")
    backend = model_of(project)
    after = frames_of(backend, plan, project)
    for network in backend.denoisers(backend.pipeline("final", "cpu")):
        small, exact = small_layers(network)
        assert len(small) == 24 and len(exact) == 2
    assert not np.array_equal(after, before)
    assert np.abs(after.astype(float) - before).mean() < 10


# Compiled --------------------------------------------------------------------------------------


def test_compiled_blocks_are_compiled_once_whatever_the_segments(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By dynamo, which decides what is compiled again; what makes kernels of it is left out, for it takes minutes."""
    from torch._dynamo.utils import counters

    real = WanTransformer3DModel.compile_repeated_blocks
    monkeypatch.setattr(
        WanTransformer3DModel, "compile_repeated_blocks", partialmethod(real, backend="eager")
    )
    other, three, one = (
        FILM.replace("0.5s", "0.7s"),
        FILM.replace("0.5s mara hums\n", "0.3s mara hums\n  0.3s..0.5s mara waves\n"),
        FILM.replace("0s..0.5s mara hums\n  0.5s.. mara juggles", "mara hums"),
    )
    plain = model_of(project)
    before = [frames_of(plain, plan_text(film), project) for film in (FILM, other, three, one)]
    (project / "scenelang.toml").write_text(f"{SETTINGS}compile = true\n")
    torch._dynamo.reset()
    counters.clear()
    backend, compiled, after = model_of(project), [], []
    for film in (FILM, other, three, one):
        after.append(frames_of(backend, plan_text(film), project))
        compiled.append(counters["stats"]["unique_graphs"])
    assert all(np.array_equal(a, b) for a, b in zip(before, after))
    assert compiled[0] == compiled[1] == compiled[2] > 0
    assert compiled[3] == compiled[0] + 1  # one text is attended to by the block as it was
