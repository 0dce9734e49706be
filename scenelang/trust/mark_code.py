"""64 bits as 264 coded ones and back: CRC-16, then a convolutional code of constraint 9 and rate 1/3.

The decoder is soft: it takes how sure each coded bit is, and finds the likeliest message at once.
"""

from __future__ import annotations

from binascii import crc_hqx

import numpy as np
from numpy.typing import NDArray

PAYLOAD = 64
CHECK = 16
MEMORY = 8  # bits of the shift register, and zeros that end the message
POLYNOMIALS = (0o557, 0o663, 0o711)
LAST = (1 << MEMORY) - 1
CODED = (PAYLOAD + CHECK + MEMORY) * len(POLYNOMIALS)

Floats = NDArray[np.float32]


def encode(payload: bytes) -> NDArray[np.int8]:
    """Eight bytes as coded bits, each +1 or -1 [CODED]."""
    if len(payload) != PAYLOAD // 8:
        raise ValueError(f"a mark carries {PAYLOAD // 8} bytes, not {len(payload)}")
    data = payload + crc_hqx(payload, 0xFFFF).to_bytes(2, "big")
    bits = [*np.unpackbits(np.frombuffer(data, np.uint8)), *[0] * MEMORY]
    state, out = 0, []
    for bit in bits:
        state = int(bit) << MEMORY | state >> 1
        out += [1 - 2 * ((state & p).bit_count() & 1) for p in POLYNOMIALS]
    return np.array(out, np.int8)


def decode(soft: Floats) -> bytes | None:
    """The payload that fits soft coded bits [CODED] best (sign: the bit, size: how sure).

    None where the message's checksum disagrees: one chance in 65,536 that noise passes it.
    """
    scores = np.full(1 << MEMORY, -np.inf, np.float64)
    scores[0] = 0
    came = []
    gains = soft.reshape(-1, len(POLYNOMIALS)).astype(np.float64) @ SIGNS.T  # [steps, registers]
    for paths in gains.reshape(len(gains), 2, -1, 2):
        # a state's register was (bit, seven kept, one dropped): two registers lead to it
        paths += scores.reshape(-1, 2)
        came.append((paths[..., 1] > paths[..., 0]).ravel())
        scores = np.maximum(paths[..., 0], paths[..., 1])
    state, bits = 0, []
    for step_came in reversed(came):
        bits.append(state >> (MEMORY - 1))
        state = (state << 1 & LAST) | int(step_came[state])
    data = np.packbits(np.array(bits[::-1][: PAYLOAD + CHECK], np.uint8)).tobytes()
    payload, check = data[:-2], int.from_bytes(data[-2:], "big")
    return payload if crc_hqx(payload, 0xFFFF) == check else None


SIGNS = np.array(
    [[1.0 - 2.0 * ((r & p).bit_count() & 1) for p in POLYNOMIALS] for r in range(1 << (MEMORY + 1))]
)
