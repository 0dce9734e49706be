"""From clips on disk to what one step learns from: windows of a clip in space and time, with their cues."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import interpolate

from scenelang.compiler.conditioning import condition_shot
from scenelang.compiler.plan import Plan
from scenelang.runtime.maquette.cues import Cues, cues_of, with_air
from scenelang.runtime.maquette.words import token_ids
from scenelang.runtime.output import atomic_path
from scenelang.runtime.training.clips import FRAMES, HEIGHT, WIDTH

AIR = "air_BFP3HW"


@dataclass(frozen=True)
class Window:
    """The part of a clip that a step sees: frames `start`, `start + stride`, …; the box in pixels."""

    start: int
    stride: int
    frames: int
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Sample:
    frames: Tensor  # [B, F, 3, H, W] from -1 to 1
    cues: Cues  # texts as token ids [.., L, 1]


def bare_cues(plan: Plan) -> Cues:
    """The cues of a plan's first shot without what drifts: texts as token ids."""
    shot = plan.shots[0]
    ids = lambda texts: token_ids(tokenizer(), texts)[..., None].float()  # noqa: E731
    return cues_of(plan, shot, condition_shot(plan, shot, encode=ids, dialect="maquette"), ids)


def clip_cues(plan: Plan, start: int) -> Cues:
    """The cues of a clip: texts as token ids, the air at the clip's size."""
    cues = bare_cues(plan).frames(slice(start, start + FRAMES))
    shown = torch.arange(start, start + FRAMES)
    return with_air(cues, plan.shots[0], shown, float(plan.rate), HEIGHT, WIDTH)


_TOKENIZER: list[Any] = []


def tokenizer() -> Any:
    from scenelang.runtime.maquette.words import make_tokenizer

    if not _TOKENIZER:
        _TOKENIZER.append(make_tokenizer())
    return _TOKENIZER[0]


def pack(cues: Cues) -> dict[str, Tensor]:
    """Cues to keep: the air's maps as compressed bytes."""
    kept = {f.name: getattr(cues, f.name) for f in fields(Cues) if f.name != AIR}
    air = (getattr(cues, AIR).clamp(0, 1).sqrt() * 255).round().to(torch.uint8)
    kept["air_shape"] = torch.tensor(air.shape)
    kept["air"] = torch.frombuffer(bytearray(zlib.compress(air.numpy().tobytes(), 1)), dtype=torch.uint8)
    return kept


def unpack(kept: dict[str, Tensor]) -> Cues:
    raw = np.frombuffer(zlib.decompress(kept["air"].numpy().tobytes()), np.uint8)
    air = torch.from_numpy(raw.copy()).view(kept["air_shape"].tolist())  # uint8: `cut` needs but a part
    rest = {name: value for name, value in kept.items() if name not in ("air", "air_shape")}
    return Cues(**rest, **{AIR: air})


def shard_cues(folder: Path, number: int) -> list[dict[str, Tensor]]:
    """The packed cues of a shard, made once and kept beside it."""
    kept = folder / f"{number:05}.cues.safetensors"
    if not kept.exists():
        with gzip.open(folder / f"{number:05}.jsonl.gz", "rt", encoding="utf-8") as lines:
            clips = [json.loads(line) for line in lines]
        made = [pack(clip_cues(Plan.model_validate(c["plan"]), c["start"])) for c in clips]
        whole = {
            f"{n}.{name}": value.contiguous()
            for n, clip in enumerate(made)
            for name, value in clip.items()
        }
        with atomic_path(kept) as path:
            save_file(whole, path)
    found: dict[int, dict[str, Tensor]] = {}
    for key, value in load_file(kept).items():
        clip, _, name = key.partition(".")
        found.setdefault(int(clip), {})[name] = value
    return [found[n] for n in sorted(found)]


def cut(pictures: np.ndarray, cues: Cues, window: Window, width: int, height: int) -> Sample:
    """A window of a clip (uint8 [F, H, W, 3]) at `width` x `height`, with its cues."""
    w = window
    times = slice(w.start, w.start + w.frames * w.stride, w.stride)
    rows, columns = slice(w.top, w.top + w.height), slice(w.left, w.left + w.width)
    frames = torch.from_numpy(np.array(pictures[times, rows, columns])).permute(0, 3, 1, 2)
    frames = _scaled(frames.float(), height, width)[None] / 127.5 - 1
    cues = cues.frames(times)
    k = cues.K_BF33.clone()
    wide, high = WIDTH / w.width, HEIGHT / w.height
    k[..., 0, 2], k[..., 1, 2] = (
        k[..., 0, 2] * wide - w.left / w.width,
        k[..., 1, 2] * high - w.top / w.height,
    )
    k[..., 0, 0], k[..., 1, 1] = k[..., 0, 0] * wide, k[..., 1, 1] * high
    air = (cues.air_BFP3HW[..., rows, columns].float() / 255).square()
    if air.shape[2]:
        air = _scaled(air.flatten(0, 2), height, width).view(*air.shape[:4], height, width)
    else:
        air = air.new_zeros(*air.shape[:4], height, width)
    return Sample(frames, replace(cues, K_BF33=k, air_BFP3HW=air))


def _scaled(pictures: Tensor, height: int, width: int) -> Tensor:
    if pictures.shape[-2:] == (height, width):
        return pictures
    return interpolate(pictures, (height, width), mode="bilinear", antialias=True, align_corners=False)


@dataclass(frozen=True)
class Bucket:
    """A size of samples, and how often it is drawn; `windows` of a batch are of the same clip."""

    width: int
    height: int
    frames: int
    batch: int
    weight: float = 1.0
    windows: int = 1


LOOK_AGAIN = 256  # clips, after which new shards are looked for


class Shards:
    """The clips of a folder, to which more may come while it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers: list[int] = []
        self._drawn = 0
        self._cues: dict[int, list[dict[str, Tensor]]] = {}
        self._pictures: dict[int, np.ndarray] = {}

    def clip(self, rng: np.random.Generator) -> tuple[np.ndarray, Cues]:
        """The pictures and cues of any clip."""
        if self._drawn % LOOK_AGAIN == 0:
            self.numbers = sorted(int(path.stem) for path in self.folder.glob("[0-9]*.npy"))
        self._drawn += 1
        number = self.numbers[int(rng.integers(len(self.numbers)))]
        if number not in self._cues:
            self._cues[number] = shard_cues(self.folder, number)
            self._pictures[number] = np.load(self.folder / f"{number:05}.npy", mmap_mode="r")
        n = int(rng.integers(len(self._cues[number])))
        return self._pictures[number][n], unpack(self._cues[number][n])


def draw_window(rng: np.random.Generator, bucket: Bucket, cues: Cues) -> Window:
    """A window of the bucket's shape: from the clip's own scale to the whole picture, mostly about a body."""
    stride = int(rng.integers(1, FRAMES // bucket.frames + 1))
    start = int(rng.integers(0, FRAMES - stride * (bucket.frames - 1)))
    most = min(WIDTH / bucket.width, HEIGHT / bucket.height)
    scale = float(rng.choice([1.0, most, np.exp(rng.uniform(0, np.log(most)))], p=[0.45, 0.25, 0.3]))
    width, height = round(bucket.width * scale), round(bucket.height * scale)
    x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
    if cues.base_BFN3.shape[2] and rng.random() < 0.6:
        said = cues.body_text_BFN[0, start]  # what is said alike, as a crowd is, counts once
        alike = (said == int(rng.choice(said.unique()))).nonzero()[:, 0]
        x, y = _middle(cues, int(rng.choice(alike)), start)
        x, y = x + rng.normal(0, width / 4), y + rng.normal(0, height / 4)
    left = int(np.clip(x - width / 2, 0, WIDTH - width))
    top = int(np.clip(y - height / 2, 0, HEIGHT - height))
    return Window(start, stride, bucket.frames, left, top, width, height)


def _middle(cues: Cues, body: int, frame: int) -> tuple[float, float]:
    """Where a body's middle is in the picture, in pixels."""
    place = cues.base_BFN3[0, frame, body] + torch.tensor([0, float(cues.extent_BN2[0, body, 1]) / 2, 0])
    c2w, k = cues.c2w_BF44[0, frame], cues.K_BF33[0, frame]
    x, y, z = (c2w[:3, :3].T @ (place - c2w[:3, 3])).tolist()
    z = max(z, 0.1)
    return (float(k[0, 0]) * x / z + 0.5) * WIDTH, (float(k[1, 1]) * y / z + 0.5) * HEIGHT


def samples(
    folder: Path,
    bucket_of: Callable[[int, np.random.Generator], Bucket],
    seed: int,
    step: int = 0,
    rank: int = 0,
    size: int = 1,
    stride: int = 1,
) -> Iterator[list[Sample]]:
    """Batches without end, of every `stride`th step from a step on, the same for a seed, a step and a folder;
    `bucket_of` says the size of a step's samples. Of `size` learners the one of this `rank` gets its share."""
    shards = Shards(folder)
    while True:
        bucket = bucket_of(step, np.random.default_rng([seed, step]))
        rng = np.random.default_rng([seed, step, rank])
        batch = []
        for _ in range(rank * bucket.windows, bucket.batch, size * bucket.windows):
            pictures, cues = shards.clip(rng)
            windows = [draw_window(rng, bucket, cues) for _ in range(bucket.windows)]
            batch += [cut(pictures, cues, w, bucket.width, bucket.height) for w in windows]
        step += stride
        yield batch
