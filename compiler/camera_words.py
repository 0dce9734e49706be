"""The camera's moves in the words that a family of models was trained with.

A film says `truck left`; LTX-2's makers call that a dolly to the left, Wan's a camera that moves left. The
film's word is the craft's; what is written into a prompt is the one that the model heard in training.
"""

from __future__ import annotations

import re

_AMOUNT = re.compile(r" *(-?\d+(?:\.\d+)?)(m|deg|mm)\b")
_NAMES = "|".join(("dolly-zoom", "whip-pan", "hold", "pan", "tilt", "roll", "dolly", "truck", "pedestal", "push", "pull",
                   "crane", "zoom", "orbit", "follow", "lead", "aerial", "pov"))  # fmt: skip
_MOVE = re.compile(rf"({_NAMES})\b *(in|out|left|right|up|down|cw|ccw)?\b *(.*)")
# metres or degrees a second under which a move is slow, and over which it is quick
_PACE = {"m": (0.4, 1.5), "deg": (6.0, 25.0)}

# move and direction -> how it is said; `{pace}` is slowly, quickly or nothing, `{rest}` what it moves about
_COMMON = {
    "hold": "the camera is static",
    "pan left": "the camera {pace}pans left",
    "pan right": "the camera {pace}pans right",
    "tilt up": "the camera {pace}tilts up",
    "tilt down": "the camera {pace}tilts down",
    "roll cw": "the camera {pace}rolls clockwise",
    "roll ccw": "the camera {pace}rolls counterclockwise",
    "zoom in": "the lens {pace}zooms in while the camera stays in place",
    "zoom out": "the lens {pace}zooms out while the camera stays in place",
    "orbit left": "the camera {pace}orbits to the left {rest}",
    "orbit right": "the camera {pace}orbits to the right {rest}",
    "follow": "tracking shot, the camera follows {rest}",
    "lead": "tracking shot, the camera moves backward ahead of {rest}",
    "dolly-zoom in": "dolly zoom, the camera moves forward while the lens zooms out",
    "dolly-zoom out": "dolly zoom, the camera moves backward while the lens zooms in",
    "whip-pan left": "whip pan to the left",
    "whip-pan right": "whip pan to the right",
    "aerial": "drone shot, the camera flies toward {rest}",
    "pov": "point-of-view shot through the eyes of {rest}",
}
_WAN = _COMMON | {
    "dolly in": "the camera {pace}pushes in",
    "dolly out": "the camera {pace}pulls back",
    "push in": "the camera {pace}pushes in",
    "pull out": "the camera {pace}pulls back",
    "truck left": "the camera {pace}moves left",
    "truck right": "the camera {pace}moves right",
    "pedestal up": "the camera {pace}moves straight up",
    "pedestal down": "the camera {pace}moves straight down",
    "crane up": "crane shot, the camera {pace}rises",
    "crane down": "crane shot, the camera {pace}descends",
}
_LTX = _COMMON | {
    "dolly in": "the camera {pace}dollies in",
    "dolly out": "the camera {pace}dollies out",
    "push in": "the camera {pace}dollies in",
    "pull out": "the camera {pace}dollies out",
    # what its makers call a dolly to the side is a truck, their jib a pedestal or a crane
    "truck left": "the camera {pace}dollies left",
    "truck right": "the camera {pace}dollies right",
    "pedestal up": "the camera {pace}jibs up",
    "pedestal down": "the camera {pace}jibs down",
    "crane up": "the camera {pace}jibs up",
    "crane down": "the camera {pace}jibs down",
}
FAMILIES = {"wan": _WAN, "ltx": _LTX}


def camera_words(moves: str, seconds: float, family: str) -> str:
    """Moves of the Plan (`pedestal down 2.4m + dolly in 5m`) that take so long, in a family's words."""
    return " and ".join(_said(part.strip(), seconds, FAMILIES[family]) for part in moves.split(" + "))


def plain_move(moves: str) -> str:
    """`dolly in` for one such move alone; nothing for several at once, or for none."""
    found = _MOVE.fullmatch(_AMOUNT.sub("", moves).strip())
    if found is None or " + " in moves:
        return ""
    return f"{found[1]} {found[2] or ''}".strip()


def _said(move: str, seconds: float, table: dict[str, str]) -> str:
    amount = _AMOUNT.search(move)
    found = _MOVE.fullmatch(_AMOUNT.sub("", move).strip())
    if found is None:
        return move
    said = table.get(f"{found[1]} {found[2] or ''}".strip()) or table.get(found[1])
    if said is None:
        return move
    rest = found[3].removeprefix("to").strip() if found[1] == "zoom" else found[3]
    return re.sub(r"\s+", " ", said.format(pace=_pace(amount, seconds), rest=rest)).strip()


def _pace(amount: re.Match[str] | None, seconds: float) -> str:
    if amount is None or amount[2] not in _PACE:
        return ""
    slow, quick = _PACE[amount[2]]
    speed = abs(float(amount[1])) / max(seconds, 1e-6)
    return "slowly " if speed < slow else "quickly " if speed > quick else ""
