"""Whole files of every kind for `python -m tests.bench.hostile`, and the damage that is done to them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from films import EXAMPLES, plan_example
from trust_clips import clip
from trust_films import SCENE, sealed, the_plan

from scenelang.runtime.backend import Carry, Sound
from scenelang.runtime.encode import png
from scenelang.runtime.filmlock import lock_of
from scenelang.runtime.registry import load_backend
from scenelang.runtime.store import Store
from scenelang.runtime.takes import TakeWriter
from scenelang.trust.seal import Seal

KEY = "ab" * 32  # of the take in the cache
PARTS = {"takes": "", "frames": ".0000", "carry": ".carry", "sound": ".sound0000"}
ODD = (None, True, -1, 0.5, 10**30, "", "x" * 3000, "../x", [], [[]], {}, {"x": 1})


def entry(folder: Path, kind: str) -> Path:
    """The file of a part of the take: its facts, frames, sound, or what goes on from it."""
    return Store(folder / "store").path("takes" if kind == "takes" else "frames", KEY + PARTS[kind])


def seeds(folder: Path) -> dict[str, bytes]:
    """A whole file of each kind."""
    sealed(folder / "seed.mp4", frames=2)
    picture = folder / "pictures"
    picture.mkdir()
    seal = Seal(the_plan(), "previz", SCENE.encode())
    (picture / "000001.png").write_bytes(png(seal.frames(clip(1, 160, 96))[0]))
    seal.finish(picture)
    track = plan_example("letter").shots[0].camera
    camera = {
        "schema": "scenelang.camera/1",
        "fps": 24,
        "frames": [{"c2w": m, "focal_mm": 35} for m in track.c2w[:3]],
    }
    takes = TakeWriter(Store(folder / "store"), KEY)
    takes.add(clip(2, 64, 36))
    takes.sound(Sound(np.zeros((480, 1), np.float32), 48_000, Fraction(0)))
    takes.carry(Carry(clip(1, 64, 36), "0" * 64))
    takes.finish({"shot": "a", "seconds": 1.0})
    plan, backend = the_plan(), load_backend("previz")
    lock = lock_of(plan, backend, "draft", "cpu", folder)
    return {
        "film.scene": (EXAMPLES / "letter.scene").read_bytes(),
        "board.json": json.dumps({
            "schema": "scenelang.storyboard/1", "title": "x",
            "shots": [{"id": "a", "seconds": 2, "frame": "wide", "lens": "35mm"}],
        }).encode(),
        "play.fountain": (EXAMPLES / "ferry.fountain").read_bytes(),
        "film.lock": json.dumps(lock).encode(),
        "plan.json": plan.to_json().encode(),
        "camera.json": json.dumps(camera).encode(),
        "camera.chan": b"1 0 1.6 5 0 0 0 35\n2 0 1.6 4 0 0 0 35\n",
        "policy.toml": b'version = 1\nmasks = ["x y"]\n[categories.gore]\naction = "warn"\n',
        "entry.findings": b"the check makes it, and this chooses its damage",
        **{f"entry.{kind}": entry(folder, kind).read_bytes() for kind in PARTS},
        "film.mp4": (folder / "seed.mp4").read_bytes(),
        "still.png": (picture / "000001.png").read_bytes(),
    }  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The data with some bytes changed, lost, repeated or moved; of a JSON document often a value instead."""
    head, _, body = data.rpartition(b"\n")
    if body.startswith(b"{") and chance.random() < 0.6:
        return head + b"\n" * bool(head) + _rewritten(body, chance)
    out = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 30])):
        at = chance.randrange(max(1, len(out)))
        match chance.randrange(6):
            case 0 | 1:
                out[at : at + 1] = bytes([chance.randrange(256)])
            case 2:
                del out[at : at + chance.choice([1, 4, 100, len(out)])]
            case 3:
                out[at:at] = bytes([chance.randrange(256)]) * chance.choice([1, 8, 3000])
            case 4:
                piece = chance.randrange(max(1, len(out)))
                out[at:at] = out[piece : piece + chance.choice([8, 200])]
            case _:
                out[at : at + 4] = chance.choice(
                    [b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"../."]
                )
    return bytes(out)


def _rewritten(text: bytes, chance: random.Random) -> bytes:
    document = json.loads(text)
    for _ in range(chance.choice([1, 1, 3])):
        holder, key = chance.choice(list(_places(document)) or [({}, "")])
        if isinstance(holder, dict) and chance.random() < 0.2:
            holder.pop(key)
        else:
            holder[key] = deepcopy(chance.choice(ODD))  # else later damage would make circles of it
    return json.dumps(document).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every value in a document."""
    if isinstance(value, dict | list):
        for key, held in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield value, key
            yield from _places(held)
