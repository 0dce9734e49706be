"""Profiles of big models: samplers, caches, attention, precision, quantised and compiled denoisers, offload."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
import torch
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
    after = frames_of(model_of(project), plan, project)
    assert after.shape == before.shape
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
