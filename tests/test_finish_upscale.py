"""The upscaler: sizes, sameness, what is chosen when, damaged weights, and that what is shipped beats bicubic."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from pattern_backend import PatternBackend, film_plan, number_of, shot_plan
from safetensors.numpy import save_file
from test_cli import scenelang
from torch.nn.functional import interpolate

from scenelang.runtime.backend import FrameArray, Native
from scenelang.runtime.conform import Conformer, fit
from scenelang.runtime.events import Done
from scenelang.runtime.finish.enlarge import WEIGHTS, Enlarger
from scenelang.runtime.finish.likeness import psnr, ssim
from scenelang.runtime.finish.settings import Finish, explained, finish_of, is_learned
from scenelang.runtime.finish.upscaler import SCALE, PictureUpscaler
from scenelang.runtime.loading import ModelError
from scenelang.runtime.maquette.backend import MaquetteBackend
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.previz.backend import PrevizBackend
from scenelang.runtime.previz.render import render_shot
from scenelang.runtime.report import report
from scenelang.runtime.training import upscale as training
from scenelang.runtime.training.clips import FRAMES
from scenelang.runtime.training.config import CHECK_SEED
from scenelang.runtime.training.enlarging import PATCH, Pool, shrink
from scenelang.runtime.training.films import random_plan

TEXT = """scenelang 1
film "Short" { size 1280x720; fps 24 }
character mara "a woman in a red coat"
shot a 1s { frame full on mara }
"""


def planes(frames: FrameArray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 255


def discs(seed: int, side: int = 256) -> FrameArray:
    """Smooth discs of all colours, drawn eight times as large: [1, side, side, 3]."""
    luck = np.random.default_rng(seed)
    canvas = np.full((2 * side, 2 * side, 3), luck.integers(40, 200, 3), np.uint8)
    for _ in range(24):
        middle, radius = luck.integers(0, 2 * side, 2), luck.integers(10, side // 2)
        colour = [int(c) for c in luck.integers(0, 255, 3)]
        cv2.circle(canvas, [int(c) for c in middle], int(radius), colour, -1, cv2.LINE_AA)
    return cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA)[None]


# the network ----------------------------------------------------------------------------


def test_untrained_it_is_bicubic() -> None:
    x = torch.rand(2, 3, 12, 20)
    made = PictureUpscaler(width=8, blocks=1)(x)
    assert torch.equal(made, interpolate(x, scale_factor=SCALE, mode="bicubic", align_corners=False))


def test_frames_are_enlarged_one_by_one_and_always_alike() -> None:
    enlarge = Enlarger()
    frames = np.random.default_rng(0).integers(0, 255, (5, 18, 32, 3), np.uint8)
    made = enlarge(frames)
    assert made.shape == (5, 72, 128, 3) and made.dtype == np.uint8
    for k in range(5):
        assert np.array_equal(enlarge(frames[k : k + 1])[0], made[k])
    assert enlarge(frames[:0]).shape == (0, 72, 128, 3)


def test_the_shipped_weights_are_small_and_described() -> None:
    config = json.loads((WEIGHTS / "config.json").read_text())
    assert config["_class_name"] == "PictureUpscaler"
    assert (WEIGHTS / "diffusion_pytorch_model.safetensors").stat().st_size < 1_000_000
    assert "PSNR" in (WEIGHTS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("drawn_small", [False, True])
def test_the_shipped_weights_beat_bicubic_on_films_that_no_training_saw(drawn_small: bool) -> None:
    gains = []
    for seed in (CHECK_SEED + 20_001, CHECK_SEED + 20_002):
        plan = random_plan(seed)
        large, small = (
            next(render_shot(plan, plan.shots[0], *size, range(FRAMES, FRAMES + 1))).clay
            for size in ((1024, 576), (256, 144))
        )
        assert large is not None and small is not None
        truth = planes(large)
        if not drawn_small:
            small = (shrink(truth) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        plain, learned = (next(fit([small], (1024, 576), way)) for way in (None, Enlarger()))
        gains.append(
            [float(of(planes(learned), truth) - of(planes(plain), truth)) for of in (psnr, ssim)]
        )
    assert np.mean(gains, 0).min() > 0, gains


def test_likeness_of_equal_and_of_shifted_pictures() -> None:
    x = planes(discs(3, 64))
    assert float(psnr(x, x)) == pytest.approx(100) and float(ssim(x, x)) == pytest.approx(1)
    assert float(psnr(x * 0.5, x * 0.5 + 0.1)) == pytest.approx(20, abs=1e-3)
    noisy = x + 0.1 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    assert 0 < float(ssim(noisy, x)) < 0.9


# when it is used ------------------------------------------------------------------------


def test_final_is_learned_draft_and_our_own_are_not() -> None:
    maquette, previz, other = MaquetteBackend(), PrevizBackend(), PatternBackend()
    assert finish_of(other, "final") == Finish("learned", "flow")
    assert finish_of(other, "fast") == Finish("learned", "flow")
    assert finish_of(other, "draft") == Finish("bicubic", "flow")
    assert finish_of(maquette, "final") == Finish("bicubic", "flow")
    assert finish_of(previz, "final") == Finish("bicubic", "flow")
    assert finish_of(previz, "draft", "learned", "blend") == Finish("learned", "blend")


@pytest.mark.parametrize(
    ("size", "learned"),
    [((256, 144), False), ((380, 214), False), ((384, 216), True), ((256, 300), True)],
)
def test_it_is_used_where_there_is_something_to_gain(size: tuple[int, int], learned: bool) -> None:
    native = Native(256, 144, Fraction(24))
    assert is_learned(native, size, Finish("learned")) is learned
    assert not is_learned(native, size, Finish("bicubic"))
    assert (Conformer(native, size, Fraction(24), Finish("learned")).enlarge is not None) is learned


def test_enlarged_frames_have_the_films_size_and_their_middle() -> None:
    picture = np.zeros((1, 36, 64, 3), np.uint8)
    picture[:, 14:22, 28:36] = 255
    for size in ((128, 72), (480, 270), (300, 300), (200, 72)):
        conform = Conformer(Native(64, 36, Fraction(24)), size, Fraction(24), Finish("learned"))
        (out,) = conform([picture], 1)
        assert out.shape == (1, size[1], size[0], 3)
        shape = cv2.moments((out[0, :, :, 0] > 127).astype(np.uint8), binaryImage=True)
        assert shape["m10"] / shape["m00"] == pytest.approx((size[0] - 1) / 2, abs=0.6)
        assert shape["m01"] / shape["m00"] == pytest.approx((size[1] - 1) / 2, abs=0.6)


def test_a_render_is_enlarged_and_retimed(tmp_path: Path) -> None:
    plan = film_plan([shot_plan("a", 5)], size=(256, 128))
    backend = PatternBackend(size=(64, 32), fps=Fraction(12))
    events = render_film(
        plan,
        backend,
        output=tmp_path / "film.mp4",
        conditioning=lambda shot, native: None,  # type: ignore[arg-type,return-value]
    )
    assert [e.frames for e in events if isinstance(e, Done)] == [5]
    with av.open(str(tmp_path / "film.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert frames[0].shape == (128, 256, 3)
    assert [number_of(frame) for frame in frames[::2]] == [0, 1, 2]


def test_plan_says_what_the_finish_does(tmp_path: Path) -> None:
    told = report(
        film_plan([shot_plan("a", 6)], size=(1280, 720)),
        PatternBackend(size=(256, 144), fps=Fraction(16)),
    )
    assert told["finish"] == {
        "upscale": "learned: 256x144 to 1280x720 by the upscaler",
        "retime": "flow: 16 to 24 frames a second, things moved along their way by optical flow",
    }
    native = Native(256, 144, Fraction(24))
    assert explained(native, (256, 144), Fraction(24), Finish()) == {
        "upscale": "none: frames have the film's size",
        "retime": "none: frames have the film's rate",
    }
    film = tmp_path / "film.scene"
    film.write_text(TEXT, encoding="utf-8")
    done = scenelang("plan", film, "--upscale", "bicubic")
    assert "upscale bicubic: 512x288 to 1280x720 by antialiased resampling" in done.stdout
    assert "retime" not in done.stdout
    assert scenelang("plan", film, "--retime", "sharp").returncode == 2


# weights that are not what they should be -----------------------------------------------


def damaged(folder: Path) -> None:
    path = folder / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:2000])


def changed(folder: Path) -> None:
    (folder / "config.json").write_text("{}", encoding="utf-8")


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize("harm", [damaged, changed, gone])
def test_weights_that_are_no_good_are_told_with_a_way_out(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    folder = Path(shutil.copytree(WEIGHTS, tmp_path / "weights"))
    harm(folder)
    with pytest.raises(ModelError, match="weights") as told:
        Enlarger(folder)
    assert told.value.hint


# the training ---------------------------------------------------------------------------


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Shards as the training renders them, of discs."""
    folder = tmp_path / "pairs"
    for sub, count in (("", 3), ("check", training.CHECKED)):
        (folder / sub).mkdir(exist_ok=True)
        for number in range(count):
            large = discs(number + 100 * len(sub))
            small = (shrink(planes(large)) * 255).round().to(torch.uint8).permute(0, 2, 3, 1)
            shard = {
                "large": large,
                "small": small.contiguous().numpy(),
                "model": small.contiguous().numpy(),
            }
            save_file(shard, folder / sub / f"{number:05}.safetensors")
    return folder


def test_patches_of_a_pair_show_the_same(pairs: Path) -> None:
    pool = Pool(pairs, 2, "cpu")
    assert pool.refresh() == 2  # the third took the place of the first
    assert pool.refresh() == 2 and pool.taken == 3
    for seed in range(4):
        x, y = pool.batch(6, torch.Generator().manual_seed(seed))
        assert x.shape == (6, 3, PATCH, PATCH) and y.shape == (6, 3, SCALE * PATCH, SCALE * PATCH)
        assert float(psnr(x, shrink(y)).min()) > 24
        again = pool.batch(6, torch.Generator().manual_seed(seed))
        assert torch.equal(x, again[0]) and torch.equal(y, again[1])


def test_a_training_learns_goes_on_where_it_was_and_writes_weights(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = training.Options(minutes=1, batch=2, rate=5e-3, width=8, blocks=1)
    first = training.Training(options, out, "cpu")
    pool = Pool(pairs, 10, "cpu")
    pool.refresh()
    luck = torch.Generator().manual_seed(0)
    batches = [pool.batch(2, luck) for _ in range(6)]
    losses = [first.learn(*batch) for batch in (*batches, *batches)]
    assert sum(losses[6:]) < sum(losses[:6])
    first.seconds = 20.0
    first.save()
    second = training.Training(options, out, "cpu")
    assert (second.step, second.seconds) == (12, 20.0)
    assert second.learn(*batches[0]) == pytest.approx(first.learn(*batches[0]), rel=1e-6)
    for _ in range(2):  # the second time in place of the first
        folder = training.export(second)
    frame = discs(7)[:, :32, :48]
    with torch.inference_mode():
        wanted = (second.averaged()(planes(frame)) * 255).round().clamp(0, 255)
    made = Enlarger(folder)(frame)
    assert np.array_equal(made, wanted.to(torch.uint8).permute(0, 2, 3, 1).numpy())


def test_the_command_needs_pairs(tmp_path: Path, pairs: Path) -> None:
    empty = tmp_path / "none"
    shutil.copytree(pairs / "check", empty / "check")
    arguments = ["--workers", "0", "--pairs", str(empty), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(training.main, arguments)
    assert done.exit_code == 1 and "there are no pairs" in done.output
