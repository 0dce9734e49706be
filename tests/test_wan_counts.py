"""Wan, driven by the Plan: exact counts, the same frames as a plain script, text in its own segment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_models as tiny
import torch
from diffusers import WanPipeline, WanTransformer3DModel
from films import plan_text
from test_video_models import SETTINGS, frames_of, model_of
from torch.utils.flop_counter import FlopCounterMode

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.plan import Plan
from scenelang.compiler.prompts import prompts
from scenelang.runtime.backend import Frames, Job
from scenelang.runtime.events import Done
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.report import report
from scenelang.runtime.video_models.cost import wan_flops
from scenelang.runtime.video_models.lattice import clips, fitted, snap
from scenelang.runtime.video_models.segments import latent_weights

THINGS = [
    "red",
    "green",
    "blue",
    "white",
    "black",
    "grey",
    "brown",
    "pink",
    "orange",
    "yellow",
    "purple",
    "golden",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wan")
    tiny.save_wan_t2v(folder / "model")
    (folder / "scenelang.toml").write_text(SETTINGS)
    return folder


def twenty_shots() -> str:
    """A film of 20 shots with 12 distinct prompts."""
    cast = "\n".join(f'prop p{n} "a {colour} ball"' for n, colour in enumerate(THINGS))
    shots = "\n".join(f"shot s{n:02}0 0.5s in room {{ frame full on p{n % 12} }}" for n in range(20))
    return f'scenelang 1\nfilm "Twenty" {{ size 64x32; fps 8; seed 3 }}\nplace room "a room"\n{cast}\n{shots}\n'


def test_counts_of_twenty_shots_with_twelve_prompts(project: Path, tmp_path: Path) -> None:
    plan, backend = plan_text(twenty_shots()), model_of(project)
    assert len({p.text for s in plan.shots for p in prompts(plan, s, "wan")}) == 12
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    pipe = backend.pipeline("final", "cpu")
    pipe.transformer.register_forward_hook(count)
    backend.model_loads = 0
    *_, done = render_film(plan, backend, output=tmp_path / "film.mp4")
    assert isinstance(done, Done)
    assert done.text_encodings == 12 + 1  # and the empty negative prompt
    assert done.model_loads == 0 and pipe is backend.pipeline("final", "cpu")
    assert calls == done.denoiser_calls == 20 * 2 * 2  # shots, steps, prompt and negative prompt


def test_the_text_encoder_and_the_denoiser_are_loaded_once_and_never_together(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    real = WanPipeline.from_pretrained.__func__  # type: ignore[attr-defined]

    def watched(cls: Any, folder: Any, **options: Any) -> Any:
        pipe = real(cls, folder, **options)
        loaded.append(
            "+".join(n for n in ("text_encoder", "transformer", "vae") if getattr(pipe, n) is not None)
        )
        return pipe

    monkeypatch.setattr(WanPipeline, "from_pretrained", classmethod(watched))
    backend = model_of(project)
    *_, done = render_film(plan_text(twenty_shots()), backend, output=tmp_path / "film.mp4")
    assert loaded == ["text_encoder", "transformer+vae"]
    assert isinstance(done, Done) and done.model_loads == 1


def test_a_shot_of_one_segment_is_the_plain_scripts_bit_for_bit(project: Path) -> None:
    film = twenty_shots()
    film = film.replace("frame full on p0 }", "frame full on p0\ncamera { dolly in 0.5m } }", 1)
    plan = plan_text(film)
    plan = plan.model_copy(update={"shots": plan.shots[:1], "edit": plan.edit[:1]})
    shot, prompt = plan.shots[0], prompts(plan, plan.shots[0], "wan")[0]
    assert "pushes in" in prompt.text
    ours = frames_of(model_of(project), plan, project)

    pipe = WanPipeline.from_pretrained(project / "model")
    pipe.set_progress_bar_config(disable=True)
    theirs = pipe(
        prompt=prompt.text, negative_prompt=prompt.negative, height=32, width=64, num_frames=5, num_inference_steps=2,
        guidance_scale=5.0, generator=torch.Generator().manual_seed(shot.seed), output_type="np",
    ).frames[0]  # fmt: skip
    assert np.array_equal(ours, (theirs * 255).round().astype(np.uint8)[:4])


TWO = """scenelang 1
film "Two" { size 64x32; fps 16; seed 3 }
character mara "a woman"
shot a 2s {
  mara at (0m, 0m)
  0s..1s mara hums
  1s.. mara juggles
}
"""


def first_cross_attention(project: Path, plan: Plan) -> torch.Tensor:
    """What the first block's cross-attention gives to the prompt in the first step, by latent frame [T, N, D]."""
    backend = model_of(project)
    pipe = backend.pipeline("final", "cpu")
    given: list[torch.Tensor] = []
    pipe.transformer.blocks[0].attn2.register_forward_hook(
        lambda m, i, out: given.append(out.detach().clone())
    )
    native = backend.native(plan, "final")
    c = condition_shot(plan, plan.shots[0], native, encode=backend.encode, dialect=backend.dialect)
    for event in backend.render(Job(plan, plan.shots[0], c, native), None):
        if isinstance(event, Frames):
            break
    return given[0][0].unflatten(0, (9, -1))


def test_a_segments_text_is_heard_in_its_own_latent_frames_and_the_blend_alone(project: Path) -> None:
    plan = plan_text(TWO)
    weights = latent_weights(weights_of(project, plan))
    before = first_cross_attention(project, plan)
    after = first_cross_attention(project, plan_text(TWO.replace("mara juggles", "mara whistles")))
    differs = [not torch.equal(a, b) for a, b in zip(before, after)]
    assert differs == [bool(w > 0) for w in weights[:, 1]]
    assert (
        differs == [False] * 4 + [True] * 5
    )  # frames 13 to 16 make latent frame 4, where the blend begins


def weights_of(project: Path, plan: Plan) -> torch.Tensor:
    backend = model_of(project)
    native = backend.native(plan, "final")
    shown = condition_shot(plan, plan.shots[0], native, dialect="wan").segment_weight_FS
    return torch.cat([shown, shown[-1:]])  # 32 frames, and one more for the lattice


def test_latent_weights_are_means_of_the_frames_that_a_latent_frame_holds() -> None:
    frames = torch.tensor([[1.0, 0], [1, 0], [1, 0], [0.5, 0.5], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1]])
    assert latent_weights(frames).tolist() == [[1, 0], [0.625, 0.375], [0, 1]]


@pytest.mark.parametrize("goes_on", [False, True])
@pytest.mark.parametrize(
    ("longest", "step", "overlap"), [(81, 4, 1), (81, 4, 5), (161, 8, 1), (121, 8, 9)]
)
def test_clips_cover_a_shot_without_gaps_on_the_lattice(
    longest: int, step: int, overlap: int, goes_on: bool
) -> None:
    for frames in [*range(1, 200), 1000]:
        found = clips(frames, longest, step, overlap, goes_on)
        at = 0
        for number, clip in enumerate(found):
            assert (clip.frames - 1) % step == 0 and clip.frames <= longest
            assert clip.known == (overlap if number or goes_on else 0)
            assert clip.start + clip.known == at
            at = clip.start + clip.frames
        assert at >= frames > at - found[-1].frames + found[-1].known
        assert max(c.frames for c in found) - min(c.frames for c in found) <= max(
            step * len(found), overlap + step
        )


def test_sizes_are_on_the_grid_and_in_the_films_shape() -> None:
    assert fitted((1280, 720), 832 * 480, 16) == (848, 480)
    assert fitted((720, 1280), 832 * 480, 16) == (480, 848)
    assert fitted((64, 32), 832 * 480, 16) == (64, 32)
    assert snap(1, 4) == 1 and snap(2, 4) == 5 and snap(81, 4) == 81


def test_the_report_says_what_lies_off_the_lattice_and_what_it_costs(project: Path) -> None:
    film = TWO.replace("size 64x32", "size 65x33").replace("a 2s", "a 12s").replace("fps 16", "fps 24")
    plan, backend = plan_text(film), model_of(project)
    rows = {r.property: r for r in backend.lowering(plan, plan.shots[0])}
    assert rows["size"].why == "made at 64x32, scaled to 65x33"
    assert rows["frame rate"].why == "16 frames a second, mixed to 24"
    assert rows["length"].why == "3 clips of 69 + 69 + 65 frames, each going on from the one before"
    cost = report(plan, backend)["total"]["cost"]
    assert cost["denoiser_calls"] == 3 * 2 * 2
    tokens = [(f - 1) // 4 + 1 for f in (69, 69, 65)]
    assert cost["pflop"] == pytest.approx(4 * sum(wan_flops(tiny.WAN, t, 4, 8) for t in tokens) / 1e15)


@pytest.mark.parametrize(
    ("width", "config"),
    [
        (1536, {"num_attention_heads": 12, "ffn_dim": 8960, "num_layers": 30}),
        (
            3072,
            {
                "num_attention_heads": 24,
                "ffn_dim": 14336,
                "num_layers": 30,
                "in_channels": 48,
                "out_channels": 48,
            },
        ),
    ],
    ids=["1.3B", "5B"],
)
def test_the_formula_agrees_with_counted_operations(width: int, config: dict[str, int]) -> None:
    """Of the real shapes, on torch's meta device, where nothing is computed."""
    with torch.device("meta"):
        network = WanTransformer3DModel(**config)
        size = (config.get("in_channels", 16), 21, 60, 104) if width == 1536 else (48, 31, 44, 80)
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            network(torch.randn(1, *size), torch.ones(1), torch.randn(1, 512, 4096))
    expected = wan_flops(dict(network.config), *size[1:])
    assert counter.get_total_flops() == pytest.approx(expected, rel=0.01)
