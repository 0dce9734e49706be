"""A shot's take in the store: its native frames and sound piece by piece, what goes on from it, and its facts.

While a take is made each piece is kept, and behind it what the backend needs to go on from there,
so that an interrupted take goes on where it was. With its list of pieces, written last, it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from scenelang.runtime.backend import Carry, Checkpoint, FrameArray, Sound
from scenelang.runtime.lossless import packed, unpacked
from scenelang.runtime.store import DamagedEntry, Store

SCHEMA = "scenelang.take/1"
MOST_PIECES = 1_000_000  # or frames of one


@dataclass(frozen=True)
class Take:
    """A whole take; every piece of it was there, and undamaged, when it was opened."""

    store: Store
    key: str
    facts: Mapping[str, Any]  # shot, hash, pieces, lengths (frames of each), seconds, when it was made …

    def frames(self) -> Iterator[FrameArray]:
        """The native frames in order, piece by piece. Raises DamagedEntry."""
        for number in range(self.facts["pieces"]):
            yield self._part(number)

    def sounds(self) -> Iterator[Sound]:
        """What was heard of it, piece by piece. Raises DamagedEntry."""
        for number in range(self.facts.get("sounds", 0)):
            yield _sound(self.store, f"{self.key}.sound{number:04}")

    def frame(self, number: int) -> FrameArray:
        """One native frame [H, W, 3]; the last one for any behind it. Raises DamagedEntry."""
        for piece, length in enumerate(self.facts["lengths"]):
            if number < length or piece + 1 == self.facts["pieces"]:
                return self._part(piece)[min(number, length - 1)]
            number -= length
        raise DamagedEntry("takes", self.key)

    def _part(self, number: int) -> FrameArray:
        name = _piece(self.key, number)
        frames = _frames(self.store, name)
        if len(frames) != self.facts["lengths"][number]:
            raise DamagedEntry("frames", name)
        return frames

    def carry(self) -> Carry:
        """What a shot that continues it needs. Raises DamagedEntry."""
        return Carry(_frames(self.store, f"{self.key}.carry"), self.facts["hash"])


def open_take(store: Store, key: str, whole: bool = True) -> Take | None:
    """The take of this key, None where there is no whole one. Raises `DamagedEntry`.

    All of it is read, so that no damage comes to light in the middle of a film, unless not the `whole`
    is of use.
    """
    data = store.get("takes", key)
    if data is None:
        return None
    facts = _facts(data, key)
    if not whole:
        return Take(store, key, facts)
    names = [*(_piece(key, n) for n in range(facts["pieces"])), f"{key}.carry"]
    names += [f"{key}.sound{n:04}" for n in range(facts.get("sounds", 0))]
    for name in names:
        if store.get("frames", name) is None:
            raise DamagedEntry("frames", name)
    store.use("takes", key)
    return Take(store, key, facts)


class TakeWriter:
    """Keeps a take as it is made. Writing raises OSError where the disk takes no more."""

    def __init__(self, store: Store, key: str):
        self._store, self._key = store, key
        self._lengths: list[int] = []  # of the pieces, in frames
        self._sounds = 0  # pieces
        self._carry: Carry | None = None

    def resume(self) -> Checkpoint | None:
        """How the backend can go on with an interrupted take; None where it has to begin anew.

        Pieces behind that place, and those that are damaged, are made again.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load

        lengths: list[int] = []
        found = 0
        try:
            while self._store.has("frames", _piece(self._key, len(lengths))):
                lengths.append(len(_frames(self._store, _piece(self._key, len(lengths)))))
                if self._store.has("latents", _piece(self._key, len(lengths) - 1)):
                    found = len(lengths)
        except DamagedEntry:
            pass
        try:
            data = self._store.get("latents", _piece(self._key, found - 1)) if found else None
            state = None if data is None else load(data)
        except (DamagedEntry, SafetensorError):
            state = None
        if state is None:
            self._store.drop(self._key)
            return None
        self._lengths = lengths[:found]
        return Checkpoint(sum(self._lengths), state)

    def kept(self) -> Iterator[FrameArray]:
        """The pieces that `resume` found. Raises DamagedEntry."""
        for number in range(len(self._lengths)):
            yield _frames(self._store, _piece(self._key, number))

    def add(self, frames: FrameArray) -> None:
        self._store.put("frames", _piece(self._key, len(self._lengths)), packed(frames))
        self._lengths.append(len(frames))

    def sound(self, sound: Sound) -> None:
        from safetensors.numpy import save

        facts = {
            "samples": np.ascontiguousarray(sound.samples),
            "at": np.array([sound.at.numerator, sound.at.denominator, sound.rate]),
        }
        self._store.put("frames", f"{self._key}.sound{self._sounds:04}", save(facts))
        self._sounds += 1

    def checkpoint(self, reached: Checkpoint) -> None:
        """Keeps what the backend needs to go on behind the pieces so far."""
        from safetensors.torch import save

        if self._lengths:
            state = {name: value.contiguous() for name, value in reached.state.items()}
            self._store.put("latents", _piece(self._key, len(self._lengths) - 1), save(state))

    def carry(self, carry: Carry) -> None:
        self._store.put("frames", f"{self._key}.carry", packed(carry.frames))
        self._carry = carry

    def finish(self, facts: Mapping[str, Any]) -> bool:
        """The take is whole; False for one that nothing could go on from, which is not kept."""
        if self._carry is None or not self._lengths:
            self._store.drop(self._key)
            return False
        known = {
            "schema": SCHEMA,
            "hash": self._carry.shot,
            "pieces": len(self._lengths),
            "lengths": self._lengths,
            "sounds": self._sounds,
        }
        self._store.put("takes", self._key, json.dumps({**facts, **known}).encode())
        for number in range(len(self._lengths)):  # of no use any more
            with suppress(OSError):
                self._store.path("latents", _piece(self._key, number)).unlink(missing_ok=True)
        return True


def _facts(data: bytes, key: str) -> dict[str, Any]:
    """What is written of a take. Raises DamagedEntry: with a digest that agrees, anybody's hand may have made it."""
    try:
        facts = json.loads(data)
        lengths, pieces, sounds = facts["lengths"], facts["pieces"], facts.get("sounds", 0)
        counts = all(type(n) is int and 0 <= n < MOST_PIECES for n in (pieces, sounds, *lengths))
        if counts and pieces == len(lengths) and isinstance(facts["hash"], str):
            return facts
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedEntry("takes", key) from error
    raise DamagedEntry("takes", key)


def _piece(key: str, number: int) -> str:
    return f"{key}.{number:04}"


def _sound(store: Store, name: str) -> Sound:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    data = store.get("frames", name)
    try:
        facts = load(data or b"")
        above, below, rate = (int(n) for n in facts["at"])
        return Sound(facts["samples"], rate, Fraction(above, below))
    except (SafetensorError, KeyError, ValueError, ZeroDivisionError) as error:
        raise DamagedEntry("frames", name) from error


def _frames(store: Store, name: str) -> FrameArray:
    data = store.get("frames", name)
    try:
        if data is not None:
            return unpacked(data)
    except ValueError as error:
        raise DamagedEntry("frames", name) from error
    raise DamagedEntry("frames", name)
