"""`python -m scenelang.runtime.training.upscale`: trains the upscaler on pairs that it renders beside it.

Stopped at any time, it goes on from where it was when it is started again. What it writes, whole or not at
all: `checkpoint.pt`, `log.jsonl` and `weights/`, the folder that is shipped.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor
from torch.nn import functional as fn

from scenelang.runtime.finish.likeness import psnr, ssim
from scenelang.runtime.finish.upscaler import SCALE, PictureUpscaler
from scenelang.runtime.loading import write_sums
from scenelang.runtime.output import atomic_path
from scenelang.runtime.training.config import CHECK_SEED
from scenelang.runtime.training.enlarging import Pool, shrink
from scenelang.runtime.training.pairs import Renderers, Wanted, read_shard, write_shard
from scenelang.runtime.workers import cores

CHECKED = 8  # films that the log is measured on; the bench takes others
CHECK_FIRST = CHECK_SEED + 50_000
LOG_SECONDS = {"cpu": 120, "cuda": 20}  # measuring takes time from learning
SAVE_SECONDS, LOOK_SECONDS, SLEPT = 60, 5, 30.0
WARMUP, AVERAGE = 100, 0.999
LIKENESS = 0.05  # how much of the loss is 1 - SSIM


@dataclass(frozen=True)
class Options:
    minutes: float
    batch: int
    rate: float
    width: int
    blocks: int
    seed: int = 0


class Training:
    """The state of a training. Everything that resuming needs is in its checkpoint."""

    def __init__(self, options: Options, folder: Path, device: str) -> None:
        self.options, self.folder, self.device = options, folder, device
        torch.manual_seed(options.seed)
        self.network = PictureUpscaler(options.width, options.blocks).to(device)
        self.network.to(memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=options.rate, betas=(0.9, 0.99), weight_decay=0.0
        )
        self.average = {k: v.clone() for k, v in self.network.state_dict().items()}
        self.step, self.seconds = 0, 0.0
        if self.checkpoint.exists():
            self._load()

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def _load(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.step, self.seconds = state["average"], state["step"], state["seconds"]

    def save(self) -> None:
        state = {
            "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict(),
            "average": self.average, "step": self.step, "seconds": self.seconds,
        }  # fmt: skip
        with atomic_path(self.checkpoint) as path:
            torch.save(state, path)

    @property
    def done(self) -> float:
        """The share of the time that is spent."""
        return min(1.0, self.seconds / (60 * self.options.minutes))

    def pace(self) -> float:
        """What the learning rate is multiplied with: up in the first steps, then half a cosine down."""
        return min(1.0, (self.step + 1) / WARMUP) * (
            0.01 + 0.99 * (1 + math.cos(math.pi * self.done)) / 2
        )

    def learn(self, x: Tensor, y: Tensor) -> float:
        """One step on a batch; returns the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * self.pace()
        kind = torch.device(self.device).type
        with torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda"):
            made = self.network(x.contiguous(memory_format=torch.channels_last)).float()
        # Charbonnier: an error counts as it is, one under half a code less
        near = ((made - y).square() + (0.5 / 255) ** 2).sqrt().mean()
        loss = near + LIKENESS * (1 - ssim(made, y).mean())
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        keep = min(AVERAGE, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            now = self.network.state_dict()
            torch._foreach_lerp_([*self.average.values()], [now[k] for k in self.average], 1 - keep)
        return float(loss.detach())

    def averaged(self) -> PictureUpscaler:
        """The network with its averaged weights, on the training's device."""
        network = PictureUpscaler(self.options.width, self.options.blocks).to(self.device)
        network.load_state_dict(self.average)
        return network.eval()


def check_pictures(wanted: Wanted, renderers: Renderers) -> dict[str, Tensor]:
    """What the log is measured on, uint8 [N, 3, H, W] each; rendered once and kept beside the pairs."""
    while renderers.working and len([*wanted.folder.glob("[0-9]*.safetensors")]) < wanted.count:
        time.sleep(0.5)
    shards = [read_shard(write_shard(wanted, number)) for number in range(wanted.count)]
    return {
        name: torch.cat([torch.from_numpy(s[name][:1]).permute(0, 3, 1, 2) for s in shards])
        for name in ("large", "small")
    }


def measure(network: PictureUpscaler, pictures: dict[str, Tensor], device: str) -> dict[str, float]:
    """PSNR in dB of the network and of bicubic, on shrunk and on drawn pictures that no training sees."""
    found: dict[str, list[float]] = {}
    with torch.inference_mode():
        for k in range(len(pictures["large"])):
            y = pictures["large"][k : k + 1].to(device).float() / 255
            for name, x in (
                ("shrunk", (shrink(y) * 255).round() / 255),
                ("drawn", pictures["small"][k : k + 1].to(device).float() / 255),
            ):
                plain = fn.interpolate(x, scale_factor=SCALE, mode="bicubic", align_corners=False)
                for who, made in (("learned", network(x)), ("bicubic", plain)):
                    key = f"{name}_{who}"
                    found.setdefault(key, []).append(float(psnr(made.clamp(0, 1), y)[0]))
    return {name: round(sum(values) / len(values), 3) for name, values in found.items()}


def export(training: Training) -> Path:
    """Writes the averaged weights as the folder that is shipped, whole or not at all."""
    folder, new, old = (training.folder / name for name in ("weights", "weights.new", "weights.old"))
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    training.averaged().cpu().save_pretrained(new, safe_serialization=True)
    write_sums(new)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder


def train(training: Training, pool: Pool, checks: dict[str, Tensor], tell: Any) -> None:
    """Until the time is spent; what was done before counts. `tell` hears each line of the log."""
    device = training.device
    saved = logged = looked = clock = time.perf_counter()
    losses: list[float] = []
    with (training.folder / "log.jsonl").open("a", encoding="utf-8") as log:
        while True:
            # a step's patches depend on its number and on what is rendered by then
            luck = torch.Generator().manual_seed(training.options.seed * 1_000_003 + training.step)
            losses.append(training.learn(*pool.batch(training.options.batch, luck)))
            now = time.perf_counter()
            # a machine that slept in between did not train
            training.seconds, clock = training.seconds + min(now - clock, SLEPT), now
            over = training.done >= 1
            if now - looked > LOOK_SECONDS:
                pool.refresh()
                looked = now
            if over or now - logged > LOG_SECONDS.get(device[:4], 60):
                line = {
                    "step": training.step, "minutes": round(training.seconds / 60, 2), "pictures": len(pool.kept),
                    "loss": round(sum(losses) / len(losses), 5), "pace": round(training.pace(), 4),
                    **measure(training.averaged(), checks, device),
                }  # fmt: skip
                log.write(json.dumps(line) + "\n")
                log.flush()
                tell(line)
                losses, logged = [], time.perf_counter()
                clock = logged  # measuring is no training
            if over or now - saved > SAVE_SECONDS:
                training.save()
                export(training)
                saved = now
            if over:
                return


@click.command()
@click.option(
    "--minutes", default=8.0, show_default=True, help="Of training, over all runs in this folder."
)
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1, mps.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out/train/upscale"), show_default=True
)
@click.option(
    "--pairs", type=click.Path(path_type=Path), help="Where pairs are kept; default PAIRS in the folder."
)
@click.option("--films", default=2600, show_default=True, help="To render, 6 MB each.")
@click.option(
    "--workers", type=int, help="Processes that render beside it; default: all cores but two. 0: none."
)
@click.option("--batch", type=int, help="Patches a step; default 64, on a CPU 4.")
@click.option("--rate", default=1e-3, show_default=True, help="The highest learning rate.")
@click.option("--width", default=48, show_default=True, help="Channels of the network.")
@click.option("--blocks", default=5, show_default=True, help="Residual blocks of the network.")
@click.option("--pool", default=6000, show_default=True, help="Pictures kept in memory, 2 MB each.")
@click.option("--threads", default=1, show_default=True, help="Of this process, on a CPU.")
def main(
    minutes: float, device: str, out: Path, pairs: Path | None, films: int, workers: int | None, batch: int | None,
    rate: float, width: int, blocks: int, pool: int, threads: int,
) -> None:  # fmt: skip
    """Train the upscaler; write its weights to OUT/weights."""
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    folder = pairs or out / "pairs"
    cuda = device.startswith("cuda")
    options = Options(minutes, batch or (64 if cuda else 4), rate, width, blocks)
    count = max(1, cores() - 2) if workers is None else workers
    held = Wanted(folder / "check", CHECKED, CHECK_FIRST, model_every=0)
    with Renderers([held, Wanted(folder, films)], count) as renderers:
        checks = check_pictures(held, renderers)
        kept = Pool(folder, pool, device)
        while not kept.refresh(10_000):
            if not renderers.working:
                raise click.ClickException(f"there are no pairs in {folder}: leave out `--workers 0`")
            time.sleep(1)
        training = Training(options, out, device)
        train(training, kept, checks, lambda line: click.echo(json.dumps(line)))
        if renderers.failed:
            click.echo("warning: a process that renders pairs failed; see above", err=True)
    weights = out / "weights"
    click.echo(f"{training.step} steps in {training.seconds / 60:.1f} minutes; weights in {weights}")


if __name__ == "__main__":
    main()
