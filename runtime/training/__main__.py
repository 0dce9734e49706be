"""`python -m scenelang.runtime.training small`: renders clips, trains on them, writes a model folder.

Stopped at any time, it goes on from where it was when it is started again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click
from rich.progress import Progress

from scenelang.runtime.training.config import CONFIGS
from scenelang.runtime.training.export import export
from scenelang.runtime.training.footage import render_clips
from scenelang.runtime.training.score import score
from scenelang.runtime.training.train import train


@click.command()
@click.argument("name", type=click.Choice([*CONFIGS]))
@click.option(
    "--out", type=click.Path(path_type=Path), help="The folder of this training; default out/train/NAME."
)
@click.option(
    "--clips", type=click.Path(path_type=Path), help="Where clips are kept; default CLIPS in the folder."
)
@click.option("--minutes", type=float, help="Train for so long instead of what the configuration says.")
@click.option("--device", default="cpu", show_default=True)
def main(name: str, out: Path | None, clips: Path | None, minutes: float | None, device: str) -> None:
    """Train the configuration NAME."""
    config = CONFIGS[name] if minutes is None else replace(CONFIGS[name], minutes=minutes)
    folder = out or Path("out/train") / name
    with Progress() as progress:
        task = progress.add_task("rendering clips", total=config.clips)
        render_clips(config.clips, clips or folder / "clips", lambda n: progress.advance(task, n))
        task = progress.add_task("training", total=config.minutes)
        training = train(
            config, clips or folder / "clips", folder, os.cpu_count() or 1, device,
            lambda minutes: progress.update(task, completed=minutes),
        )  # fmt: skip
    export(training, folder / "weights")
    found = score(folder / "weights", device)
    click.echo(
        f"{training.samples} samples in {training.seconds / 60:.1f} minutes; weights in {folder / 'weights'}"
    )
    click.echo(f"clips that it never saw: {found:.2f} dB against the animatic")


if __name__ == "__main__":
    main()
