"""Each big model's route, with a tiny instance of the real classes: from text to film, and what reaches the model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
import tiny_models as tiny
import torch
from films import plan_text
from PIL import Image

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan
from scenelang.grammar.parse import parse
from scenelang.runtime.backend import Carry, FrameArray, Frames, Job
from scenelang.runtime.events import Done
from scenelang.runtime.keys import take_keys
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.registry import load_backend
from scenelang.runtime.store import Store
from scenelang.runtime.video_models.model import VideoModel

ROUTES: dict[str, Callable[[Path], Path]] = {
    "wan-t2v": tiny.save_wan_t2v,
    "wan-i2v": tiny.save_wan_i2v,
    "wan-ti2v": tiny.save_wan_ti2v,
    "wan-vace": tiny.save_wan_vace,
    "sana-wm": tiny.save_sana_wm,
    "ltx-2": tiny.save_ltx2,
    "text-to-video": tiny.save_cogvideox,
}
CAMERA = "wan-camera"
ALL = [*ROUTES, CAMERA]
SETTINGS = '[profiles.final]\nsteps = 2\nsize = "64x32"\n'

SMALL = """scenelang 1
film "Small" { size 64x32; fps 8; seed 3; avoid "text" }
character mara "a woman in a red coat" { reference "mara.png"; voice "low" }
place street "a snowy street"
shot a 1s in street {
  lens 35mm f/4
  camera from (0m, 1.6m, 5m) looking at mara { dolly in 1m }
  mara at (0m, 0m) facing camera
  0s..0.5s mara hums
  0.5s.. mara juggles
}
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A project for each route, made when it is first asked for; the model in it is called `model`."""
    root = tmp_path_factory.mktemp("models")

    @cache
    def project(route: str) -> Path:
        folder = root / route
        folder.mkdir()
        if route == CAMERA:
            return tiny.save_camera(folder, project("wan-i2v") / "model", in_dim=36, experts=2)
        ROUTES[route](folder / "model")
        (folder / "scenelang.toml").write_text(SETTINGS)
        return folder

    return project


def model_of(folder: Path) -> VideoModel:
    made = load_backend("camera" if (folder / "checkpoint").is_dir() else str(folder / "model"), folder)
    assert isinstance(made, VideoModel)
    return made


def frames_of(backend: VideoModel, plan: Plan, project: Path, carry: Carry | None = None) -> FrameArray:
    return np.concatenate(
        [e.frames for e in events_of(backend, plan, project, carry) if isinstance(e, Frames)]
    )


def events_of(
    backend: VideoModel, plan: Plan, project: Path, carry: Carry | None = None
) -> Iterator[object]:
    shot, native = plan.shots[-1], backend.native(plan, "final")
    c = condition_shot(plan, shot, native, encode=backend.encode, dialect=backend.dialect)
    yield from backend.render(Job(plan, shot, c, native, "final", "cpu", project), carry)


def plan_in(project: Path, text: str) -> Plan:
    """The Plan of a film that lies in the project, whose pictures are looked for there."""
    plan = analyse(*parse(text, str(project / "film.scene"))).plan
    assert plan is not None
    return plan


def picture(project: Path, colour: str) -> None:
    Image.new("RGB", (24, 24), colour).save(project / "mara.png")


@pytest.mark.parametrize("route", ALL)
def test_tokyo_from_text_to_mp4(route: str, folders: Callable[[str], Path], tmp_path: Path) -> None:
    project, plan = folders(route), plan_text(tiny.short_tokyo())
    backend = model_of(project)
    assert backend.name == route
    *_, done = render_film(plan, backend, output=tmp_path / "tokyo.mp4", project=project)
    assert isinstance(done, Done) and done.model_loads == 1
    assert done.denoiser_calls == backend.denoiser_calls(plan, plan.shots[0], "final") > 0
    with av.open(str(tmp_path / "tokyo.mp4")) as film:
        shown = [f.to_ndarray(format="rgb24") for f in film.decode(video=0)]
        assert bool(film.streams.audio) == (route == "ltx-2")
    assert len(shown) == 48 and shown[0].shape == (32, 64, 3)
    assert np.std(shown[0]) > 1  # a picture, not one colour
    assert (project / "scenelang.lock").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["tokyo.mp4"]


@pytest.mark.parametrize("route", ["wan-t2v", "ltx-2"])
def test_takes_are_kept_with_their_sound(
    route: str, folders: Callable[[str], Path], tmp_path: Path
) -> None:
    project, plan, store = folders(route), plan_text(tiny.short_tokyo()), Store(tmp_path / "store")
    films = []
    for name, made in (("first.mp4", 1), ("again.mp4", 0)):
        output = tmp_path / name
        *_, done = render_film(plan, model_of(project), output=output, project=project, store=store)
        assert isinstance(done, Done)
        assert (done.shots_rendered, done.model_loads) == (made, made)
        assert bool(done.text_encodings) == bool(made)
        films.append(output.read_bytes())
    assert films[0] == films[1]
    (project / "model" / "transformer" / "more.json").write_text("{}")
    keys = take_keys(plan, model_of(project), project=project)
    assert keys is not None and not store.has("takes", keys[plan.shots[0].id].take), "other weights"


@pytest.mark.parametrize("route", ALL)
def test_what_the_report_calls_dropped_changes_nothing_and_the_rest_does(
    route: str, folders: Callable[[str], Path]
) -> None:
    project = folders(route)
    picture(project, "red")
    backend, plan = model_of(project), plan_in(project, SMALL)
    level = {row.property: row.level for row in backend.lowering(plan, plan.shots[0])}
    first = frames_of(backend, plan, project)
    assert np.array_equal(first, frames_of(backend, plan, project))  # the same job, the same frames

    def changed(was: str, now: str) -> bool:
        assert was in SMALL
        return not np.array_equal(
            first, frames_of(backend, plan_in(project, SMALL.replace(was, now)), project)
        )

    assert level["aperture"] == level["voice mara"] == "dropped"
    assert not changed("35mm f/4", "35mm f/5.6")
    assert not changed('voice "low"', 'voice "high and thin"')
    assert level["camera path"] != "dropped" and changed("dolly in 1m", "truck left 1m")
    assert level["lens"] != "dropped" and changed("35mm", "50mm")
    assert level["action mara-2"] != "dropped" and changed("mara juggles", "mara whistles")
    assert level["avoid"] != "dropped" and changed('avoid "text"', 'avoid "people"')
    picture(project, "blue")
    same = np.array_equal(first, frames_of(backend, plan, project))
    assert same == (level["reference mara"] == "dropped")


@pytest.mark.parametrize("route", ALL)
def test_every_property_has_a_row_with_a_reason(route: str, folders: Callable[[str], Path]) -> None:
    backend, plan = model_of(folders(route)), plan_text(tiny.short_tokyo())
    shot = plan.shots[0]
    rows = backend.lowering(plan, shot)
    names = {row.property for row in rows}
    wanted = {"camera path", "lens", "focus", "aperture", "steadiness", "place street", "look", "avoid"}
    wanted |= {f"light {x.name}" for x in shot.lights} | {f"particles {x.kind}" for x in shot.particles}
    wanted |= {f"{what} {t.subject}" for t in shot.subjects for what in ("blocking", "description")}
    wanted |= {f"action {a.id}" for a in shot.actions} | {"frame rate"} - (
        {"frame rate"} if backend.rate >= 24 else set()
    )
    assert wanted <= names
    assert len(names) == len(rows) and all(row.why for row in rows)


@pytest.mark.parametrize("route", [r for r in ALL if r != "text-to-video"])
def test_a_shot_goes_on_from_the_last_frames_of_the_one_before(
    route: str, folders: Callable[[str], Path]
) -> None:
    project, plan = folders(route), plan_text(SMALL)
    picture(project, "red")
    backend, height, width = model_of(project), 32, 64
    seen = [
        frames_of(
            backend,
            plan,
            project,
            Carry(np.full((backend.overlap, height, width, 3), value, np.uint8), "x"),
        )
        for value in (30, 220)
    ]
    assert seen[0].shape == (8, height, width, 3)
    assert not np.array_equal(seen[0], seen[1])
    last = [e for e in events_of(backend, plan, project) if isinstance(e, Carry)]
    assert len(last) == 1 and last[0].frames.shape == (backend.overlap, height, width, 3)


def test_poses_and_lenses_reach_sana_wm_in_pixels(
    folders: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a picture wider than high: 35 mm before 36 mm, of square pixels, about the middle."""
    from diffusers import SanaWMPipeline

    call, seen = SanaWMPipeline.__call__, {}

    def listening(pipe: SanaWMPipeline, **named: object) -> object:
        seen.update(named)
        return call(pipe, **named)

    monkeypatch.setattr(SanaWMPipeline, "__call__", listening)
    project = folders("sana-wm")
    picture(project, "red")
    frames_of(model_of(project), plan_in(project, SMALL), project)
    focal = 35 / 36 * 64
    assert (seen["width"], seen["height"]) == (64, 32)
    assert np.allclose(seen["intrinsics"], [focal, focal, 32, 16])  # type: ignore[arg-type]
    assert np.allclose(seen["c2w"][0], np.eye(4))  # type: ignore[index]


def test_held_latents_are_those_of_the_known_frames(folders: Callable[[str], Path]) -> None:
    """What a text-to-video model goes on from stands in its first latent frames when it is done."""
    from scenelang.runtime.video_models.wan_calls import KnownLatents, encoded

    backend = model_of(folders("wan-t2v"))
    pipe = backend.pipeline("final", "cpu")
    known = np.random.default_rng(0).integers(0, 255, (5, 32, 64, 3), np.uint8)
    text = torch.randn(1, 512, 32, generator=torch.Generator().manual_seed(0))
    held = KnownLatents(pipe, known, lambda calls: None, 1, seed=1)
    latents = pipe(
        prompt_embeds=text, height=32, width=64, num_frames=17, num_inference_steps=3, guidance_scale=1.0,
        generator=torch.Generator().manual_seed(0), output_type="latent", callback_on_step_end=held,
    ).frames  # fmt: skip
    clean = encoded(pipe, known)
    assert clean.shape[2] == 2 and latents.shape[2] == 5
    assert torch.equal(latents[:, :, :2], clean)
    assert not torch.allclose(latents[:, :, 2:4], clean)


def test_both_experts_of_a_pair_work(folders: Callable[[str], Path], tmp_path: Path) -> None:
    tiny.save_wan_t2v(tmp_path / "model", experts=True)
    (tmp_path / "scenelang.toml").write_text(SETTINGS.replace("steps = 2", "steps = 4"))
    backend = model_of(tmp_path)
    pipe = backend.pipeline("final", "cpu")
    calls = [0, 0]
    for n, network in enumerate(backend.denoisers(pipe)):
        network.register_forward_hook(lambda *_, n=n: calls.__setitem__(n, calls[n] + 1))
    plan = plan_text(SMALL)
    frames_of(backend, plan, tmp_path)
    assert min(calls) > 0
    assert sum(calls) == backend.denoiser_calls(plan, plan.shots[0], "final") == 8


def test_a_pipeline_that_takes_nothing_but_text_says_so(folders: Callable[[str], Path]) -> None:
    plan = plan_text(SMALL)
    rows = {r.property: r for r in model_of(folders("text-to-video")).lowering(plan, plan.shots[0])}
    assert (
        rows["camera path"].level == "text" and "no number reaches the model" in rows["camera path"].why
    )
    assert "the take has a cut there" in rows["action mara-1"].why


def test_the_page_of_lowering_reports_is_what_the_models_say(tmp_path: Path) -> None:
    from lowering_table import PAGE, page

    assert PAGE.read_text(encoding="utf-8") == page(tmp_path), "write it again: make lowering"


def test_an_open_lens_is_said_where_the_dialect_has_words_for_it(folders: Callable[[str], Path]) -> None:
    for route in ("wan-t2v", "text-to-video"):
        backend, project = model_of(folders(route)), folders(route)
        picture(project, "red")
        open_lens = SMALL.replace("35mm f/4", "35mm f/2").replace("mara at", "focus mara\n  mara at")
        plan = plan_in(project, open_lens)
        level = next(r.level for r in backend.lowering(plan, plan.shots[0]) if r.property == "aperture")
        moved = not np.array_equal(
            frames_of(backend, plan, project), frames_of(backend, plan_in(project, SMALL), project)
        )
        assert (level, moved) == (("text", True) if route == "wan-t2v" else ("dropped", False))
