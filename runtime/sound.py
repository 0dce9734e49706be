"""Sound that models make with their pictures: laid under the film, each shot's where the shot is."""

from __future__ import annotations

import os
import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from scenelang.compiler.plan import Plan
from scenelang.runtime.backend import Sound
from scenelang.runtime.output import explained

FADE = 0.01  # seconds in which a piece comes and goes, so that nothing clicks


class SoundTrack:
    """Pieces of sound on the film's time. Two that lie over one another are both heard."""

    def __init__(self) -> None:
        self._pieces: list[tuple[str, Sound]] = []

    def add(self, shot: str, sound: Sound) -> None:
        self._pieces.append((shot, sound))

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def mixed(self, plan: Plan) -> tuple[NDArray[np.float32], int]:
        """The film's sound, float32 [N, 2] from -1 to 1, and its rate: that of the first piece."""
        rate = self._pieces[0][1].rate
        track = np.zeros((round(plan.frames * rate / plan.rate), 2), np.float32)
        starts = {entry.shot: Fraction(entry.start) / plan.rate for entry in plan.edit}
        ends = {e.shot: starts[e.shot] + plan.shot(e.shot).frames / plan.rate for e in plan.edit}
        for shot, sound in self._pieces:
            first, last = round((starts[shot] + sound.at) * rate), round(ends[shot] * rate)
            piece = _faded(_stereo(sound.samples, sound.rate, rate), rate)[
                : max(0, min(last, len(track)) - first)
            ]
            track[first : first + len(piece)] += piece
        return track.clip(-1, 1), rate


def write_sound(path: Path, plan: Plan, track: SoundTrack) -> None:
    """Lays the sound under a finished movie, or beside numbered pictures as `sound.wav`; a GIF has none.

    Raises OutputError.
    """
    if path.suffix.lower() == ".gif":
        return
    samples, rate = track.mixed(plan)
    with explained(path):
        if path.is_dir():
            _write_wave(path / "sound.wav", samples, rate)
        else:
            _under_movie(path, samples, rate)


def _under_movie(path: Path, samples: NDArray[np.float32], rate: int) -> None:
    beside = path.with_name(f"{path.stem}.sound{path.suffix}")
    try:
        with (
            av.open(str(path.resolve())) as silent,
            av.open(str(beside.resolve()), "w", options={"movflags": "+faststart"}) as film,
        ):
            film.metadata.update(silent.metadata)
            copies = {s.index: film.add_stream_from_template(s) for s in silent.streams}
            voice = film.add_stream("aac", rate=rate)
            voice.layout = "stereo"
            for packet in silent.demux():
                if packet.dts is not None:
                    packet.stream = copies[packet.stream.index]
                    film.mux(packet)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples.T), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
            for packet in [*voice.encode(frame), *voice.encode(None)]:
                film.mux(packet)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _write_wave(path: Path, samples: NDArray[np.float32], rate: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((samples * 32767).round().astype("<i2").tobytes())


def _stereo(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """[N, 2] at the wanted rate; one channel is heard on both sides, more than two are left out."""
    two = np.repeat(samples, 2, axis=1) if samples.shape[1] == 1 else samples[:, :2]
    if rate == wanted:
        return two.copy()
    at = np.arange(round(len(two) * wanted / rate)) * rate / wanted
    return np.stack([np.interp(at, np.arange(len(two)), side) for side in two.T], axis=1).astype(
        np.float32
    )


def _faded(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    count = min(round(FADE * rate), len(samples) // 2)
    if count:
        rise = np.linspace(0, 1, count, dtype=np.float32)[:, None]
        samples[:count] *= rise
        samples[-count:] *= rise[::-1]
    return samples
