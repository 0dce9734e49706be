"""The assembling half of a render: conform → edit → label and mark → encode. It runs beside the backend's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import FrameArray
from scenelang.runtime.captions import Caption, to_srt
from scenelang.runtime.conform import Conformer
from scenelang.runtime.edit import assemble
from scenelang.runtime.encode import open_film
from scenelang.runtime.errors import TakeError
from scenelang.runtime.output import Target, atomic_folder, atomic_path, explained
from scenelang.runtime.sealing import Sealing

Piece = tuple[str, FrameArray]  # a shot's ID and some of its native frames

UNREAD = 32  # frames: while more wait to be assembled, no more are rendered, so that memory is bounded
PIECE_FRAMES = 8  # that go through the assembling half at once


def pieces_of(given: Iterable[Piece]) -> Iterator[Piece]:
    """The same frames in small pieces."""
    for shot, frames in given:
        for start in range(0, len(frames), PIECE_FRAMES):
            yield shot, frames[start : start + PIECE_FRAMES]


def write_film(
    path: Path,
    plan: Plan,
    pieces: Iterator[Piece],
    conform: Conformer,
    captions: Sequence[Caption],
    profile: str,
    seal: Sealing | None,
) -> None:
    """Writes the pictures of all shots, whose pieces come in the order of the edit, as one film.

    Raises `TakeError` where a shot's frames aren't what the plan asks for.
    """
    with open_film(path, plan, captions, profile) as film:
        for frames in assemble(plan, _takes(plan, conform, pieces)):
            film.write(seal.frames(frames) if seal else frames)
        for frames in seal.closing() if seal else ():
            film.write(frames)


def _takes(
    plan: Plan, conform: Conformer, pieces: Iterator[Piece]
) -> Iterator[tuple[str, Iterator[FrameArray]]]:
    for shot, of_shot in groupby(pieces, key=lambda piece: piece[0]):
        yield shot, _conformed(plan, conform, shot, (frames for _, frames in of_shot))


def _conformed(
    plan: Plan, conform: Conformer, shot: str, chunks: Iterable[FrameArray]
) -> Iterator[FrameArray]:
    try:
        yield from conform(chunks, plan.shot(shot).frames)
    except TakeError as error:
        raise TakeError(f"shot `{shot}`: {error.message}", error.hint) from error


@contextmanager
def written_whole(target: Target, captions: Sequence[Caption]) -> Iterator[Path]:
    """Where to write the film; it and its captions get their names when the block succeeds."""
    with ExitStack() as files:
        if captions:
            srt = files.enter_context(atomic_path(target.captions))
            with explained(srt):
                srt.write_text(to_srt(captions), encoding="utf-8", newline="\n")
        atomic = atomic_path if target.kind == "file" else atomic_folder
        yield files.enter_context(atomic(target.path))
