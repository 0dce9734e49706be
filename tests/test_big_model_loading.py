"""Big models that can't be loaded or run: a clear error before work is wasted, and nothing half written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
import torch
from films import plan_text
from PIL import Image
from test_cli import scenelang
from test_video_models import SETTINGS, SMALL, frames_of, model_of

from scenelang.compiler.prompts import prompts
from scenelang.runtime.checkpoint import ModelError, Part, out_of_memory, parts
from scenelang.runtime.errors import RenderError, UnknownModel
from scenelang.runtime.hub import _check_room
from scenelang.runtime.keys import take_keys
from scenelang.runtime.memory import check_memory
from scenelang.runtime.models import KNOWN, listed
from scenelang.runtime.pins import fingerprint, locked_revision, read_lock, record
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend
from scenelang.runtime.settings import ModelSettings, Settings, SettingsError, load_settings
from scenelang.runtime.source import Source
from scenelang.runtime.video_models.reading import ReadingModel


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_wan_t2v(tmp_path_factory.mktemp("whole") / "model")


@pytest.fixture
def project(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "model")
    (tmp_path / "scenelang.toml").write_text(SETTINGS)
    (tmp_path / "film.scene").write_text(SMALL.replace(' { reference "mara.png"; voice "low" }', ""))
    return tmp_path


def weights(project: Path) -> Path:
    return next((project / "model" / "transformer").glob("*.safetensors"))


def cut_short(project: Path) -> None:
    weights(project).write_bytes(weights(project).read_bytes()[:-100])


def no_header(project: Path) -> None:
    weights(project).write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")


def emptied(project: Path) -> None:
    weights(project).write_bytes(b"")


def pickled(project: Path) -> None:
    weights(project).rename(weights(project).with_suffix(".bin"))


def missing(project: Path) -> None:
    weights(project).unlink()


def shard_missing(project: Path) -> None:
    file = weights(project)
    index = {
        "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    }
    file.with_name("diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    file.rename(file.with_name("model-00001-of-00002.safetensors"))


def no_vae(project: Path) -> None:
    shutil.rmtree(project / "model" / "vae")


def no_video(project: Path) -> None:
    change(project, _class_name="StableDiffusionPipeline")


def unknown(project: Path) -> None:
    change(project, _class_name="NoSuchPipeline")


def needs_video(project: Path) -> None:
    change(project, _class_name="WanVideoToVideoPipeline")


def needs_picture(project: Path) -> None:
    change(project, _class_name="HunyuanVideoImageToVideoPipeline")


def change(project: Path, **new: Any) -> None:
    index = project / "model" / "model_index.json"
    index.write_text(json.dumps(json.loads(index.read_text()) | new))


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut short": (cut_short, "is damaged or cut short"),
    "a pointer of git-lfs": (no_header, "is damaged or cut short"),
    "empty": (emptied, "is damaged or cut short"),
    "pickle": (pickled, "holds its weights as a pickle"),
    "no weights": (missing, "has no weights"),
    "a shard of two": (shard_missing, "lacks model-00002-of-00002.safetensors"),
    "no VAE": (no_vae, "lacks its vae"),
    "no video pipeline": (no_video, "makes no video from a text"),
    "of video to video": (needs_video, "makes no video from a text"),
    "of a picture": (needs_picture, "can't make a video without image"),
    "unknown class": (unknown, "doesn't know"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_told_before_anything_is_loaded(name: str, project: Path) -> None:
    damage, message = DAMAGE[name]
    damage(project)
    with pytest.raises(ModelError, match=message) as caught:
        load_backend(str(project / "model"), project)
    assert caught.value.hint


def test_the_command_line_says_so_and_writes_nothing(project: Path) -> None:
    cut_short(project)
    before = sorted(project.rglob("*"))
    for command in (("render", "-o", project / "out.mp4"), ("plan",)):
        done = scenelang(command[0], project / "film.scene", "--model", project / "model", *command[1:])
        assert (
            done.returncode == 1 and "is damaged or cut short" in done.stderr and "hint" in done.stderr
        )
    assert sorted(project.rglob("*")) == before


def test_strict_stops_on_what_is_dropped_and_loads_nothing(project: Path) -> None:
    done = scenelang("render", project / "film.scene", "--model", project / "model", "--strict")
    assert done.returncode == 1 and "drops focus of a" in done.stderr
    assert not (project / "film.mp4").exists() and not (project / "scenelang.lock").exists()


def test_a_film_through_the_command_line(project: Path) -> None:
    done = scenelang("render", "film.scene", "--model", "model", "--json", cwd=project)
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["event"] == "done" and last["denoiser_calls"] == 4 and last["text_encodings"] == 3
    lock = json.loads((project / "scenelang.lock").read_text())
    assert lock["schema"] == "scenelang.pins/1" and list(lock["models"]) == ["model"]
    assert str(project) not in (project / "scenelang.lock").read_text()
    assert "Warning" not in done.stderr and "torchvision" not in done.stderr


def test_what_a_library_can_not_do_is_an_error_and_no_film(project: Path) -> None:
    backend, plan = model_of(project), plan_text((project / "film.scene").read_text())
    pipe = backend.pipeline("final", "cpu")
    pipe.transformer.forward = _out_of_memory
    with pytest.raises(ModelError, match="ran out of memory") as caught:
        list(render_film(plan, backend, output=project / "film.mp4", project=project))
    assert "--profile draft" in caught.value.hint
    assert not (project / "film.mp4").exists() and not (project / "scenelang.lock").exists()


@pytest.mark.parametrize(
    ("error", "is_it"),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError("CUDA error"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 20 GB)"), True),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
            True,
        ),
        (RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes"), True),
        (OSError(12, "Cannot allocate memory"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (ValueError("memory_format must be one of"), False),
    ],
)
def test_what_is_taken_for_too_little_memory(error: Exception, is_it: bool) -> None:
    assert out_of_memory(error) is is_it


def test_a_device_that_is_full_is_told_as_such(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the weights go there, before anything is made."""
    from scenelang.runtime.video_models import options as placing

    monkeypatch.setattr(placing, "offload", _out_of_memory)
    with pytest.raises(ModelError, match="ran out of memory"):
        model_of(project).pipeline("final", "cpu")


def test_memory_that_torch_does_not_get_is_told_as_such(project: Path) -> None:
    """What the allocator of the CPU itself raises."""
    backend, plan = model_of(project), plan_text((project / "film.scene").read_text())
    pipe = backend.pipeline("final", "cpu")
    pipe.transformer.forward = lambda *a, **k: torch.empty(1 << 60, dtype=torch.uint8)
    with pytest.raises(ModelError, match="ran out of memory"):
        frames_of(backend, plan, project)


def test_the_encoder_for_first_frames_runs_as_the_film_does(
    project: Path, pictured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads all its texts at once, in the film's profile and on the film's device, and is let go."""
    asked: list[tuple[int, str, str]] = []
    real = ReadingModel.prepare

    def watched(self: ReadingModel, texts: Sequence[str], profile: str, device: str) -> None:
        real(self, texts, profile, device)
        assert self._texts is None
        asked.append((self.text_encodings, profile, device))

    monkeypatch.setattr(ReadingModel, "prepare", watched)
    (project / "scenelang.toml").write_text(
        f'{SETTINGS.replace("final", "draft")}[models.mine]\npath = "{pictured.as_posix()}"\n'
        'first_frame = "model"\n'
    )
    film = (project / "film.scene").read_text()
    two = film + film[film.index("shot a") :].replace("shot a", "shot b").replace("hums", "waves")
    backend = load_backend("mine", project)
    list(
        render_film(plan_text(two), backend, profile="draft", output=project / "a.mp4", project=project)
    )
    assert asked == [(4, "draft", "cpu"), (4, "draft", "cpu")]  # three prompts and the negative one
    pinned = read_lock(project)  # which weights made the first frames, too
    assert "model" in pinned and len(pinned) == 2


def _out_of_memory(*arguments: Any, **named: Any) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB")


def test_stopped_between_two_steps_nothing_runs_on(project: Path) -> None:
    """Closing the events ends the thread that denoises, after the step that it is in."""
    import threading

    (project / "scenelang.toml").write_text(SETTINGS.replace("steps = 2", "steps = 500"))
    backend, plan = model_of(project), plan_text((project / "film.scene").read_text())
    events = render_film(plan, backend, output=project / "film.mp4", project=project)
    while next(events).name != "steps" or not any(t.name == "denoising" for t in threading.enumerate()):
        pass
    events.close()
    assert not any(t.name == "denoising" for t in threading.enumerate())
    assert not (project / "film.mp4").exists()


def test_a_device_that_is_not_there(project: Path) -> None:
    done = scenelang("render", "film.scene", "--model", "model", "--device", "cuda:7", cwd=project)
    assert done.returncode == 1 and "there is no device `cuda:7` here" in done.stderr


# Names and the hub -----------------------------------------------------------------------------


def test_a_hub_id_without_a_network(tmp_path: Path) -> None:
    for name in ("Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "wan2.1-t2v-1.3b"):
        with pytest.raises(
            ModelError, match=r"Wan2\.1-T2V-1\.3B-Diffusers can't be fetched: it is not in the cache"
        ) as caught:
            load_backend(name, tmp_path)
        assert "copy the model's folder" in caught.value.hint


def test_what_the_hub_has_cached_is_taken_from_there(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    commit = "0123456789abcdef0123456789abcdef01234567"
    home = tmp_path / "hub" / "models--somebody--tiny-wan"
    shutil.copytree(whole, home / "snapshots" / commit)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    backend = load_backend("somebody/tiny-wan", tmp_path)
    assert backend.name == "wan-t2v"
    assert (backend.source.hub_id, backend.source.revision) == ("somebody/tiny-wan", commit)  # type: ignore[attr-defined]
    rows = {row.name: row for row in listed(Settings())}
    assert rows["somebody/tiny-wan"].state == "cached" and rows["somebody/tiny-wan"].revision == commit
    (tmp_path / "scenelang.toml").write_text(SETTINGS)
    plan = plan_text(SMALL)
    list(
        render_film(
            plan,
            load_backend("somebody/tiny-wan", tmp_path),
            output=tmp_path / "a.mp4",
            project=tmp_path,
        )
    )
    assert locked_revision(tmp_path, "somebody/tiny-wan") == commit
    (tmp_path / "scenelang.lock").unlink()
    record(Source(tmp_path / "camera", model=ModelSettings(base="somebody/tiny-wan"), project=tmp_path))
    assert locked_revision(tmp_path, "somebody/tiny-wan") == commit, "as a base, too"
    cut = next((home / "snapshots" / commit / "transformer").glob("*.safetensors"))
    cut.write_bytes(cut.read_bytes()[:500])  # a fetch that was broken off is asked for again
    with pytest.raises(ModelError, match="can't be fetched"):
        load_backend("somebody/tiny-wan", tmp_path)


def test_room_is_asked_for_what_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.hf_api import ModelInfo

    commit = "0123456789abcdef0123456789abcdef01234567"
    free = shutil.disk_usage(tmp_path).free
    files = [{"rfilename": f"{n}.safetensors", "size": size} for n, size in (("a", 2 * free), ("b", 10))]
    info = ModelInfo(id="somebody/large", sha=commit, siblings=files)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: info)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("scenelang.runtime.hub.SPARE", 0)
    with pytest.raises(ModelError, match="somebody/large needs"):
        _check_room("somebody/large", "")
    part = tmp_path / "models--somebody--large" / "snapshots" / commit
    part.mkdir(parents=True)
    (part / "a.safetensors").touch()
    _check_room("somebody/large", "")


def test_a_name_of_the_project(project: Path) -> None:
    (project / "scenelang.toml").write_text(SETTINGS + '[models.mine]\npath = "model"\n')
    assert load_backend("mine", project).name == "wan-t2v"
    with pytest.raises(UnknownModel, match="did you mean `mine`"):
        load_backend("mime", project)
    assert next(row for row in listed(load_settings(project)) if row.name == "mine").state == "project"


def test_models_are_listed_with_where_they_are() -> None:
    rows = {row["name"]: row for row in json.loads(scenelang("models", "--json").stdout)["models"]}
    assert rows["maquette"]["default"] and rows["maquette"]["state"] == "bundled"
    assert {rows[name]["state"] for name in KNOWN} <= {"known", "cached"}
    shown = scenelang("models").stdout
    assert "wan2.2-ti2v-5b" in shown and "Wan-AI/Wan2.2-TI2V-5B-Diffusers" in shown


def test_a_camera_checkpoint_needs_a_base(tmp_path: Path) -> None:
    tiny.save_camera_expert(tmp_path / "checkpoint", 0, 36)
    with pytest.raises(ModelError, match="a transformer alone") as caught:
        load_backend(str(tmp_path / "checkpoint"), tmp_path)
    assert "base = " in caught.value.hint


# scenelang.toml and scenelang.lock ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[profiles.final]\nstep = 3\n",
            "there is no setting `profiles.final.step`; did you mean `steps`?",
        ),
        ("[profiles.final]\nsteps = 0\n", "`profiles.final.steps`"),
        ("[profiles.final]\nsize = '832'\n", "`profiles.final.size`"),
        ("[profiles.final]\nsampler = 'magic'\n", "`profiles.final.sampler`"),
        ("[profiles.best]\nsteps = 3\n", "`profiles.best`"),
        ("[profile.final]\nsteps = 3\n", "there is no setting `profile`; did you mean `profiles`?"),
        ("[models.a]\npth = 'b'\n", "there is no setting `models.a.pth`; did you mean `path`?"),
        (
            "[models.a]\nfirst_frame = 'b'\n[models.b]\nfirst_frame = 'a'\n",
            "`models`: no one makes the first frame: a waits for b waits for a",
        ),
        ("steps = \n", "is no TOML"),
    ],
)
def test_wrong_settings_say_where_and_what(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "scenelang.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path)
    assert message in str(caught.value)


def test_a_lock_that_was_broken_is_no_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == {} and locked_revision(tmp_path, "a/b") == ""
    (tmp_path / "scenelang.lock").write_text(
        '{"schema": "scenelang.pins/1", "models": {"a/b": {"revision": "abc"}}}'
    )
    assert locked_revision(tmp_path, "a/b") == "abc"
    (tmp_path / "scenelang.lock").write_text("<<<<<<< ours")
    with pytest.raises(ModelError, match=r"scenelang\.lock can't be read"):
        read_lock(tmp_path)


def test_other_weights_have_another_fingerprint(project: Path) -> None:
    before = fingerprint(project / "model")
    assert before == fingerprint(project / "model")
    data = bytearray(weights(project).read_bytes())
    data[-1] ^= 1
    weights(project).write_bytes(data)
    assert fingerprint(project / "model") != before


# Memory ----------------------------------------------------------------------------------------


def test_too_little_memory_says_what_would_fit() -> None:
    wan = [
        Part("transformer", 14_000_000_000),
        Part("transformer_2", 14_000_000_000),
        Part("vae", 100_000_000),
    ]
    both = ("transformer", "transformer_2")
    check_memory(wan, both, "cuda", torch.bfloat16, free=80_000_000_000)
    with pytest.raises(
        ModelError, match=r"the weights need 56\.2 GB and 40\.0 GB are free on cuda"
    ) as caught:
        check_memory(wan, both, "cuda", torch.bfloat16, free=40_000_000_000)
    assert '`offload = "model"` (about 28.0 GB at once)' in caught.value.hint
    assert '`quantize = "int8"`' in caught.value.hint
    check_memory(wan, both, "cuda", torch.bfloat16, offload="model", free=40_000_000_000)
    check_memory(wan, both, "cuda", torch.bfloat16, quantize="int8", free=40_000_000_000)
    with pytest.raises(ModelError) as caught:
        check_memory(wan, both, "cuda", torch.bfloat16, free=8_000_000_000)
    assert '`offload = "group"` (slow, but it always fits)' in caught.value.hint
    with pytest.raises(ModelError) as caught:
        check_memory(wan, both, "cpu", torch.float32, free=16_000_000_000)
    assert "offload" not in caught.value.hint and "a smaller model" in caught.value.hint


def test_parts_are_counted_from_headers(whole: Path) -> None:
    counted = {part.name: part.parameters for part in parts(whole)}
    network = tiny.wan_transformer()
    assert counted["transformer"] == sum(p.numel() for p in network.parameters())
    assert set(counted) == {"transformer", "vae", "text_encoder"}


# First frames and pictures ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_wan_i2v(tmp_path_factory.mktemp("pictured") / "model")


def test_a_first_frame_of_ones_own(pictured: Path, tmp_path: Path) -> None:
    """A picture, a folder with one for each shot, or another model: each is seen."""
    plan = plan_text(SMALL)
    (tmp_path / "stills").mkdir()
    Image.new("RGB", (128, 64), "green").save(tmp_path / "stills" / "a.png")
    Image.new("RGB", (128, 64), "orange").save(tmp_path / "one.jpg")
    found = []
    for who in ("", "previz", "stills", "one.jpg"):
        line = f'first_frame = "{who}"\n' if who else ""
        settings = f'{SETTINGS}[models.mine]\npath = "{pictured.as_posix()}"\n{line}'
        (tmp_path / "scenelang.toml").write_text(settings)
        backend = load_backend("mine", tmp_path)
        why = {r.property: r.why for r in backend.lowering(plan, plan.shots[0])}["first frame"]
        assert (who or "previz") in why
        found.append(frames_of(backend, plan, tmp_path))  # type: ignore[arg-type]
    assert np.array_equal(found[0], found[1])
    assert len({f.tobytes() for f in found}) == 3


def test_takes_are_made_anew_when_the_maker_of_first_frames_changes(
    project: Path, pictured: Path
) -> None:
    """A model by the project's own name: its weights and its settings; a folder: its pictures."""
    plan = plan_text(SMALL)
    (project / "stills").mkdir()
    settings = (
        f'{SETTINGS}[models.mine]\npath = "{pictured.as_posix()}"\nfirst_frame = "WHO"\n'
        '[models.first]\npath = "model"\n'
    )

    def key(who: str, more: str = "") -> str:
        (project / "scenelang.toml").write_text(settings.replace("WHO", who) + more)
        keys = take_keys(plan, load_backend("mine", project), project=project)
        assert keys is not None
        return keys["a"].take

    before = key("first")
    assert key("first") == before
    assert key("first", 'control = "clay"\n') != before
    data = bytearray(weights(project).read_bytes())
    data[-1] ^= 1
    weights(project).write_bytes(data)
    assert key("first") != before
    Image.new("RGB", (64, 32), "green").save(project / "stills" / "a.png")
    before = key("stills")
    Image.new("RGB", (64, 32), "blue").save(project / "stills" / "a.png")
    assert key("stills") != before


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ("nobody", "there is no model `nobody`"),
        ("stills", "has no first frame of a"),
        ("gone.png", "can't be read"),
        ("text.png", "is no picture"),
    ],
)
def test_first_frames_that_are_not_there(who: str, message: str, pictured: Path, tmp_path: Path) -> None:
    (tmp_path / "stills").mkdir()
    (tmp_path / "text.png").write_text("not a picture")
    settings = f'{SETTINGS}[models.mine]\npath = "{pictured.as_posix()}"\nfirst_frame = "{who}"\n'
    (tmp_path / "scenelang.toml").write_text(settings)
    with pytest.raises(RenderError, match=message):
        list(
            render_film(
                plan_text(SMALL),
                load_backend("mine", tmp_path),
                output=tmp_path / "a.mp4",
                project=tmp_path,
            )
        )
    assert not (tmp_path / "a.mp4").exists()


def test_segments_of_no_length_are_an_error_of_the_film() -> None:
    """So no model ever gets one: every segment of a Plan has frames."""
    from films import codes

    assert "C013" in codes("mara at (0m, 0m)\n1s..1s mara waves")
    plan = plan_text(tiny.short_tokyo())
    assert all(b > a for p in prompts(plan, plan.shots[0], "wan") for a, b in [p.frames])
