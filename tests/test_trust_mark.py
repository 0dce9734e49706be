"""The invisible mark: what it costs the picture, what it survives, and that nothing else has it."""

from __future__ import annotations

from functools import cache
from math import exp

import numpy as np
import pytest
from trust_clips import Luma, clip, recoded, resized

from scenelang.runtime.backend import FrameArray
from scenelang.trust import mark_code
from scenelang.trust.mark_reading import HYPOTHESES, SURE, SURE_READ, read
from scenelang.trust.mark_tile import BINS, DATA, SYNC, tile
from scenelang.trust.marking import Marker

PAYLOAD = bytes([200, 3, 77, 12, 9, 250, 1, 66])


@cache
def marked() -> FrameArray:
    return Marker(PAYLOAD).mark(clip())


@cache
def delivered() -> tuple[Luma, ...]:
    return tuple(recoded(marked(), 16))


def test_the_code_corrects_what_is_lost() -> None:
    chance = np.random.default_rng(3)
    for _ in range(20):
        payload = chance.bytes(8)
        sent = mark_code.encode(payload).astype(np.float32)
        assert sent.shape == (mark_code.CODED,)
        assert mark_code.decode(sent) == payload
        sent[chance.permutation(len(sent))[:30]] *= -1  # one bit of nine is wrong
        assert mark_code.decode(sent) == payload
        noisy = mark_code.encode(payload) + chance.normal(0, 0.85, len(sent))
        assert mark_code.decode(noisy.astype(np.float32)) == payload
    read_from_noise = [
        mark_code.decode(chance.normal(0, 1, mark_code.CODED).astype(np.float32)) for _ in range(50)
    ]
    assert read_from_noise == [None] * 50


def test_a_payload_has_eight_bytes() -> None:
    with pytest.raises(ValueError, match="8 bytes, not 3"):
        mark_code.encode(b"abc")


def test_the_tile_is_what_the_key_says() -> None:
    pattern = tile(PAYLOAD)
    assert pattern.shape == (128, 128)
    assert abs(float(pattern.mean())) < 1e-6
    assert float(pattern.std()) == pytest.approx(1, abs=1e-5)
    assert len(SYNC) + len(DATA) == len(BINS)
    assert not set(SYNC) & set(DATA)
    assert len(DATA) >= 3 * mark_code.CODED  # each coded bit in three waves or more
    # another number here: every film that was ever marked can't be read any more
    assert [int(b) for b in BINS[SYNC[:3]].ravel()] + [int(i) for i in DATA[:3]] == FROZEN


FROZEN = [-24, 1, -20, 1, -19, 1, 180, 915, 328]


def test_the_mark_is_faint() -> None:
    before, after = clip().astype(float), marked().astype(float)
    noise = ((after - before) ** 2).mean(axis=(1, 2, 3))
    assert (10 * np.log10(255**2 / noise) > 40).all()
    assert np.abs(after - before).max() <= 20
    grey = after[..., 1] - before[..., 1]
    inside = (before > 20).all(-1) & (before < 235).all(-1)
    assert (after[..., 0] - before[..., 0] == grey)[inside].all()  # the colour doesn't change


ATTACKS = {
    "as delivered": lambda l: l,
    "crf 23": lambda l: recoded(l, 23),
    "crf 28": lambda l: recoded(l, 28),
    "half size": lambda l: resized(l, 320, 180),
    "half size and back": lambda l: resized(resized(l, 320, 180), 640, 360),
    "two thirds of the size": lambda l: resized(l, 426, 240),
    "an odd size": lambda l: resized(l, 738, 415),
    "cropped by a tenth": lambda l: [f[18:-18, 32:-32] for f in l],
    "cropped by a fifth and enlarged": lambda l: resized([f[36:-36, 64:-64] for f in l], 640, 360),
    "mirrored": lambda l: [f[:, ::-1] for f in l],
    "brighter": lambda l: [np.clip(f.astype(int) + 30, 0, 255).astype(np.uint8) for f in l],
    "less contrast": lambda l: [(f * 0.6 + 40).astype(np.uint8) for f in l],
    "letterboxed": lambda l: [np.pad(f, ((60, 60), (0, 0)), constant_values=16) for f in l],
    "every other frame": lambda l: l[::2],
    "four frames": lambda l: l[4:8],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_mark_survives(attack: str) -> None:
    found = read(ATTACKS[attack](list(delivered())))
    assert found.found
    assert found.payload == PAYLOAD
    assert found.score >= SURE or found.score_read >= SURE_READ
    assert found.flip == ((-1, 1) if attack == "mirrored" else (1, 1))


def test_a_single_picture_tells() -> None:
    assert read([marked()[3][..., 1]]).payload == PAYLOAD


def test_what_is_faint_is_found_by_name() -> None:
    faint = resized(recoded(list(delivered())[:2], 33), 320, 180)
    assert read(faint).payload is None
    other = bytes(8)
    assert read(faint, [other]).payload is None
    assert read(faint, [other, PAYLOAD]).payload == PAYLOAD


def test_nothing_else_has_a_mark() -> None:
    chance = np.random.default_rng(4)
    unmarked: list[list[Luma]] = [
        recoded(clip(4, seed=9), 23),
        [chance.integers(0, 256, (180, 320), np.uint8) for _ in range(2)],
        [np.tile(np.arange(128, dtype=np.uint8), (200, 3))],  # repeats itself as tiles do
        [np.zeros((200, 300), np.uint8)],
        [np.full((20, 20), 7, np.uint8)],
        [],
    ]
    for lumas in unmarked:
        found = read(lumas)
        assert not found.found
        assert found.payload is None
        assert found.score < SURE


def test_the_bound_on_false_alarms_is_what_is_promised() -> None:
    assert HYPOTHESES * exp(-(SURE**2) / 2) < 1e-9
    # a payload read below that: any of 2^64 could have been, and the checksum passes one in 65,536
    assert HYPOTHESES * 2.0**64 * exp(-(SURE_READ**2) / 2) < 1e-9
    chance = np.random.default_rng(5)
    scores = [read([chance.integers(0, 256, (64, 96), np.uint8)]).score for _ in range(2)]
    assert max(scores) < 7


def test_small_frames_are_marked_as_well_as_they_can_be() -> None:
    tiny = clip(2, 64, 36)
    assert Marker(PAYLOAD).mark(tiny).shape == tiny.shape
    odd = clip(2, 131, 77)
    assert Marker(PAYLOAD).mark(odd).shape == odd.shape
    assert not read([f[..., 1] for f in tiny]).found
