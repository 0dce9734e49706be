"""`python -m scenelang.runtime.training small`: renders clips, trains on them, writes a model folder.

Stopped at any time, it goes on from where it was when it is started again.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

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
@click.option(
    "--begin",
    type=click.Path(path_type=Path),
    help="A model's folder, whose weights a new training begins with.",
)
@click.option(
    "--beside",
    type=float,
    default=1.0,
    help="Learn as soon as this share of the clips is rendered, the rest beside it.",
)
def main(
    name: str,
    out: Path | None,
    clips: Path | None,
    minutes: float | None,
    device: str,
    begin: Path | None,
    beside: float,
) -> None:
    """Train the configuration NAME."""
    config = CONFIGS[name] if minutes is None else replace(CONFIGS[name], minutes=minutes)
    folder = out or Path("out/train") / name
    with Progress() as progress:
        task = progress.add_task("rendering clips", total=config.clips)
        where = clips or folder / "clips"
        render_clips(round(config.clips * beside), where, lambda n: progress.advance(task, n))
        enough = Event()
        rest = Thread(target=render_clips, args=(config.clips, where), kwargs={"enough": enough})
        rest.start()
        task = progress.add_task("training", total=config.minutes)
        training = train(
            config, where, folder, os.cpu_count() or 1, device,
            lambda minutes: progress.update(task, completed=minutes), begin,
        )  # fmt: skip
        enough.set()
        rest.join()
    export(training, folder / "weights")
    found = score(folder / "weights", device)
    click.echo(
        f"{training.samples} samples in {training.seconds / 60:.1f} minutes; weights in {folder / 'weights'}"
    )
    click.echo(f"clips that it never saw: {found:.2f} dB against the animatic")


if __name__ == "__main__":
    main()
