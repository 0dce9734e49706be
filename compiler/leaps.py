"""How a jump goes: knees bend, the body flies, knees bend again. Plain numbers, for blocking and skeletons."""

from __future__ import annotations

JUMP_HEIGHT = 0.42  # metres that the base rises; as long in the air as things that high fall
JUMP_SECONDS = 1.05  # of one jump; what lasts longer is several of them
TAKEOFF, LANDING = 0.25, 0.81  # shares of a jump at which the feet leave the floor and are back


def leaps(seconds: float) -> int:
    """How many jumps fill a time, whole ones, so that everyone ends on the floor."""
    return max(1, round(seconds / JUMP_SECONDS))


def lift(share: float) -> float:
    """How high the base is at a share (0 to 1) of one jump, metres."""
    v = (share - TAKEOFF) / (LANDING - TAKEOFF)
    return JUMP_HEIGHT * 4 * v * (1 - v) if 0 < v < 1 else 0.0
