"""Everything a film gets before it is delivered: label, mark, XMP, credential; then both are verified."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from scenelang.runtime.errors import RenderError
from scenelang.runtime.output import explained
from scenelang.trust.credential import SOURCE_TYPE, SUFFIXES, Claim, read, sign
from scenelang.trust.film_id import FilmLog, Record, record_of
from scenelang.trust.identity import Identity, local_identity, local_roots
from scenelang.trust.xmp import add_xmp, packet

if TYPE_CHECKING:
    from scenelang.compiler.plan import Plan
    from scenelang.runtime.backend import FrameArray
    from scenelang.trust.label import Label


class SealError(RenderError):
    """A film can't be marked and signed so that it verifies; it isn't delivered."""


@dataclass
class Seal:
    """The sealing of one film; see `render_film`. It is used once.

    `scene` is the canonical text, `policy` the SHA-256 of the policy that let the film pass.
    Without an `identity` the local one signs. After the render, `marked` says whether the ID
    could be read back from the finished frames.
    """

    plan: Plan
    model: str
    scene: bytes
    policy: str = ""
    identity: Identity | None = None
    tsa: str | None = None
    label: Label | None = None
    beside: tuple[tuple[str, bytes], ...] = ()  # (title, contents) of other files it was made of
    log: FilmLog | None = None
    visible: bool = True  # False: data such as depth, which no mark or label may touch
    marked: bool = False
    unlogged: str = ""  # why the log of films doesn't know of it

    def __post_init__(self) -> None:
        from scenelang.trust.marking import Marker

        self.record: Record = record_of(self.plan, self.model)
        self._marker = Marker(bytes.fromhex(self.record.id))

    @property
    def source_type(self) -> SOURCE_TYPE:
        # the animatic alone is drawn: no training made its pictures
        return "algorithmicMedia" if self.model == "previz" else "trainedAlgorithmicMedia"

    def to_json(self) -> dict[str, object]:
        """What was done, as a line of `render --json`."""
        return {
            "event": "sealed",
            "id": self.record.id,
            "marked": self.marked,
            "source_type": self.source_type,
            "source_sha256": self.record.source,
            "policy_sha256": self.policy,
        }

    def begin(self) -> None:
        """Signs a trial, so that nobody waits for a render that can't be signed. Raises `RenderError`."""
        from scenelang.runtime.encode import png

        self.identity = self.identity or local_identity()
        with TemporaryDirectory(prefix="scenelang-") as folder, explained(Path(folder)):
            trial = Path(folder) / "trial.png"
            trial.write_bytes(png(np.zeros((16, 16, 3), np.uint8)))
            self._sign(trial, False)

    def frames(self, frames: FrameArray) -> FrameArray:
        """The label, where one is asked for, and over it the mark."""
        if not self.visible:
            return frames
        if self.label is not None:
            frames = self.label.on(frames)
        return self._marker.mark(frames)

    def closing(self) -> Iterator[FrameArray]:
        """Frames that come after the film: an end card, where one is asked for."""
        if self.label is not None and self.visible:
            for frames in self.label.card(self.plan.size, self.plan.rate):
                yield self._marker.mark(frames)

    def finish(self, path: Path) -> None:
        """Signs the written film, or each picture of a folder, and verifies it. Raises `SealError`."""
        made = datetime.now(UTC).replace(microsecond=0).isoformat()
        self.record = replace(self.record, made=made.replace("+00:00", "Z"))
        files = sorted(path.glob("*.png")) if path.is_dir() else [path]
        if files[0].suffix.lower() not in SUFFIXES:
            raise SealError(
                f"no credential fits into a {files[0].suffix} file", "write .mp4, .mov or .gif"
            )
        mine = bytes.fromhex(self.record.id)
        with explained(path):
            self._finish(files, mine)
        if self.log is not None:
            try:
                self.log.add(self.record)
            except RenderError as error:  # no reason to throw a finished film away
                self.unlogged = error.message

    def _finish(self, files: list[Path], mine: bytes) -> None:
        for file in files:  # only what can be read back is promised
            marked = self.visible and self._bears(file, mine)
            self.marked = marked if file == files[0] else self.marked and marked
            add_xmp(file, packet(self.source_type, f"scenelang {self.record.version}"))
            self._sign(file, marked)

    def _bears(self, file: Path, mine: bytes) -> bool:
        """Whether the ID can be read back: some films are too small or too dark for it."""
        from scenelang.trust.footage import sampled_frames
        from scenelang.trust.mark_reading import read as read_mark

        found = read_mark((f.luma for f in sampled_frames(file)), [mine], upright=True)
        if found.payload not in (None, mine):
            raise SealError("the frames bear the mark of another film", "render it anew from its source")
        return found.payload == mine

    def _sign(self, file: Path, marked: bool) -> None:
        identity = self.identity or local_identity()
        shots = [
            {"id": s.id, "frames": s.frames, "seed": s.seed, "hash": s.hash} for s in self.plan.shots
        ]
        sign(
            file,
            Claim(self.record, self.source_type, shots, self.policy, marked, self.scene, self.beside),
            identity,
            self.tsa,
        )
        told = read(file, local_roots())
        if not told.intact or told.render.get("id") != self.record.id or told.scene != self.scene:
            why = ", ".join(told.why) or "it tells of another film"
            raise SealError(
                f"the signed film doesn't verify: {why}", "is your certificate one for C2PA?"
            )
