"""Models that are fetched: whole, at one commit, without pickles; what a hub doesn't give, and a disk that is too small."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny_models as tiny
from films import plan_text
from huggingface_hub import constants
from small_hub import COMMIT, SmallHub, serving
from test_video_models import SETTINGS, SMALL

from scenelang.runtime.checkpoint import ModelError
from scenelang.runtime.pins import locked_revision
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend

NAME = "somebody/tiny-wan"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tiny.save_wan_t2v(tmp_path_factory.mktemp("hub") / "repository")
    (folder / "transformer" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    return folder


@pytest.fixture
def hub(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    (tmp_path / "scenelang.toml").write_text(SETTINGS)
    with serving(SmallHub(NAME, repository)) as hub:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "ENDPOINT", hub.address)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            hub.address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield hub


def test_a_model_is_fetched_once_and_pinned_and_then_needs_no_network(
    hub: SmallHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, plan = load_backend(NAME, tmp_path), plan_text(SMALL)
    assert sorted(hub.asked) == [name for name in hub.files() if not name.endswith(".bin")]
    list(render_film(plan, backend, output=tmp_path / "film.mp4", project=tmp_path))
    assert locked_revision(tmp_path, NAME) == COMMIT
    hub.asked.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    again = load_backend(NAME, tmp_path)
    assert again.source.revision == COMMIT and not hub.asked  # type: ignore[attr-defined]


def test_a_fetch_that_was_broken_off_goes_on(hub: SmallHub, tmp_path: Path) -> None:
    load_backend(NAME, tmp_path)
    hub.asked.clear()
    weights = "transformer/diffusion_pytorch_model.safetensors"
    snapshot = next((tmp_path / "cache").glob("models--*/snapshots/*"))
    (snapshot / weights).resolve().unlink()
    (snapshot / weights).unlink()
    assert load_backend(NAME, tmp_path).name == "wan-t2v"
    assert hub.asked == [weights]


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(
    hub: SmallHub, tmp_path: Path
) -> None:
    hub.swollen = 10**9
    with pytest.raises(ModelError, match=r"needs \d+ GB on the disk of .* GB are free") as caught:
        load_backend(NAME, tmp_path)
    assert "HF_HOME" in caught.value.hint
    assert not hub.asked and not (tmp_path / "cache").exists()


def test_what_the_hub_does_not_have(hub: SmallHub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the hub has no model nobody/nothing"):
        load_backend("nobody/nothing", tmp_path)
