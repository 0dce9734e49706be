"""Model folders that are whole, and those that are not: a clear error, never a traceback."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from films import EXAMPLES
from maquette_films import FILM, save_tiny
from test_cli import scenelang

from scenelang.runtime.loading import SUMS, ModelError, check_sums, load_pipeline, quiet
from scenelang.runtime.maquette.backend import WEIGHTS, MaquetteBackend
from scenelang.runtime.registry import load_backend

FLAME = str(EXAMPLES / "flame.scene")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("models") / "whole")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree(whole, tmp_path / "model"))


def weights(folder: Path) -> Path:
    return next((folder / "transformer").glob("*.safetensors"))


def cut_short(folder: Path) -> None:
    weights(folder).write_bytes(weights(folder).read_bytes()[:1000])


def one_bit(folder: Path) -> None:
    data = bytearray(weights(folder).read_bytes())
    data[-5] ^= 1
    weights(folder).write_bytes(data)


def no_weights(folder: Path) -> None:
    weights(folder).unlink()


def no_index(folder: Path) -> None:
    (folder / "model_index.json").unlink()


def bad_index(folder: Path) -> None:
    (folder / "model_index.json").write_text("{ not json")


def list_index(folder: Path) -> None:
    (folder / "model_index.json").write_text("[1, 2]")


def other_network(folder: Path) -> None:
    path = folder / "transformer" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"dim": 48}))


DAMAGE = {
    "cut short": (cut_short, "is damaged"),
    "one bit": (one_bit, "is damaged"),
    "no weights": (no_weights, "lacks transformer/"),
    "no index": (no_index, "it has no model_index.json"),
    "bad index": (bad_index, "can't be read"),
    "index of another kind": (list_index, "can't be read"),
    "another network": (other_network, "is damaged"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_folder_is_told(name: str, folder: Path) -> None:
    damage, says = DAMAGE[name]
    damage(folder)
    with pytest.raises(ModelError, match=says) as caught:
        load_pipeline(folder)
    assert caught.value.hint


@pytest.mark.parametrize("damage", [cut_short, no_weights, other_network])
def test_without_checksums_the_library_finds_it(damage, folder: Path) -> None:  # type: ignore[no-untyped-def]
    (folder / SUMS).unlink()
    damage(folder)
    with pytest.raises(ModelError, match="can't be loaded"):
        load_pipeline(folder)


def test_the_command_says_it_in_one_line(folder: Path, tmp_path: Path) -> None:
    cut_short(folder)
    done = scenelang("render", FLAME, "--model", folder, "-o", tmp_path / "a.mp4")
    assert done.returncode == 1 and "is damaged" in done.stderr
    assert not (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("name", ["./nowhere", "nowhere/at/all"])
def test_no_folder(name: str) -> None:
    with pytest.raises(ModelError, match="there is no folder"):
        load_backend(name)


def test_a_folder_of_something_else(folder: Path) -> None:
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"_class_name": "WanPipeline"}))
    with pytest.raises(ModelError, match=r"vae lacks config\.json"):
        load_backend(str(folder))


def test_a_class_that_nobody_knows(folder: Path) -> None:
    (folder / SUMS).unlink()
    path = folder / "model_index.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"_class_name": "NoSuchPipeline"}))
    with pytest.raises(ModelError, match="doesn't know"):
        load_pipeline(folder)


def test_a_folder_renders(folder: Path, tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(FILM)
    out = tmp_path / "a.mp4"
    done = scenelang("render", film, "--model", folder, "--profile", "draft", "-o", out)
    assert done.returncode == 0, done.stderr
    assert out.stat().st_size > 1000


def test_the_weights_that_come_with_it_are_whole_and_small() -> None:
    check_sums(WEIGHTS)
    assert sum(file.stat().st_size for file in WEIGHTS.rglob("*")) <= 40e6
    assert (WEIGHTS / "README.md").read_text(encoding="utf-8").startswith("# Maquette")
    backend = MaquetteBackend()
    embeddings = backend.encode(["street.", "street.", "one red ball."])
    assert embeddings.shape[0] == 3 and torch.equal(embeddings[0], embeddings[1])
    assert (backend.model_loads, backend.text_encodings) == (1, 2)


def test_the_bundled_model_is_loaded_without_remarks_of_its_libraries() -> None:
    code = "from scenelang.runtime.registry import load_backend; load_backend('maquette')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_what_was_said_of_logging_holds_behind_quiet() -> None:
    logging.disable(logging.CRITICAL)
    try:
        with quiet():
            assert logging.root.manager.disable == logging.CRITICAL
        assert logging.root.manager.disable == logging.CRITICAL
    finally:
        logging.disable(logging.NOTSET)
