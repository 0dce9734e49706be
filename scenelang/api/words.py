"""Values of the builder as the language writes them: names, quantities, points, moves."""

from __future__ import annotations

from typing import Protocol

from scenelang.grammar import ast
from scenelang.grammar.format import format_node

Coordinate = str | float
Place = tuple[Coordinate, ...]


class Named(Protocol):
    """Anything that stands for a declared name."""

    name: str


Who = Named | str


class Written(str):
    """A piece of the language, already written: a move, a duration."""


def seconds(amount: float) -> Written:
    """A time in seconds, such as a shot's duration."""
    return Written(f"{plain(amount)}s")


def frames(amount: int) -> Written:
    """A time in frames of the film."""
    return Written(f"{amount}f")


def quoted(text: str) -> str:
    """A text in quotes, with escapes."""
    return format_node(ast.Text(value=text))


def plain(number: float) -> str:
    """A number without exponent or needless digits."""
    return f"{number:.6f}".rstrip("0").rstrip(".") if isinstance(number, float) else str(number)


def who(subject: Who) -> str:
    return subject if isinstance(subject, str) else subject.name


def where(target: Who | Place) -> str:
    """A subject's name, or a point: numbers are metres."""
    if isinstance(target, tuple):
        return f"({', '.join(c if isinstance(c, str) else plain(c) + 'm' for c in target)})"
    return who(target)


def fields(values: dict[str, object]) -> str:
    """`{ from left 35deg; colour "deep blue" }` from keyword arguments; `from_` is `from`.

    Free text is quoted by its key: `wears`, `mood`, `look`, `avoid`, `colour`, `consent`; `real=True` is `real`.
    """
    written = []
    for key, value in values.items():
        key = key.rstrip("_").replace("_", "-")
        if value is False:
            continue
        if value is True:
            written.append(key)
            continue
        text = key in ("wears", "mood", "look", "avoid", "colour", "consent")
        if isinstance(value, tuple) and key == "size":
            value = f"{value[0]}x{value[1]}"
        elif isinstance(value, float | int):
            value = plain(value)
        written.append(f"{key} {quoted(str(value)) if text else value}")
    return f" {{ {'; '.join(written)} }}" if written else ""


# Moves: `dolly_in("2m")`, `pan_left(speed="slow")`, `orbit_right("25deg", around=mei)` ----------


def _move(words: str, amount: str = "", speed: str = "", **more: Who | Place | None) -> Written:
    parts = [words, *(f"{key} {where(value)}" for key, value in more.items() if value is not None)]
    return Written(" ".join(p for p in (parts[0], amount, *parts[1:], speed) if p))


def hold() -> Written:
    return _move("hold")


def pan_left(angle: str = "", speed: str = "") -> Written:
    return _move("pan left", angle, speed)


def pan_right(angle: str = "", speed: str = "") -> Written:
    return _move("pan right", angle, speed)


def tilt_up(angle: str = "", speed: str = "") -> Written:
    return _move("tilt up", angle, speed)


def tilt_down(angle: str = "", speed: str = "") -> Written:
    return _move("tilt down", angle, speed)


def roll_cw(angle: str = "", speed: str = "") -> Written:
    return _move("roll cw", angle, speed)


def roll_ccw(angle: str = "", speed: str = "") -> Written:
    return _move("roll ccw", angle, speed)


def dolly_in(distance: str = "", speed: str = "") -> Written:
    return _move("dolly in", distance, speed)


def dolly_out(distance: str = "", speed: str = "") -> Written:
    return _move("dolly out", distance, speed)


def truck_left(distance: str = "", speed: str = "") -> Written:
    return _move("truck left", distance, speed)


def truck_right(distance: str = "", speed: str = "") -> Written:
    return _move("truck right", distance, speed)


def pedestal_up(distance: str = "", speed: str = "") -> Written:
    return _move("pedestal up", distance, speed)


def pedestal_down(distance: str = "", speed: str = "") -> Written:
    return _move("pedestal down", distance, speed)


def push_in(distance: str = "", speed: str = "") -> Written:
    return _move("push in", distance, speed)


def pull_out(distance: str = "", speed: str = "") -> Written:
    return _move("pull out", distance, speed)


def crane_up(distance: str = "", speed: str = "") -> Written:
    return _move("crane up", distance, speed)


def crane_down(distance: str = "", speed: str = "") -> Written:
    return _move("crane down", distance, speed)


def zoom_in(to: str = "", speed: str = "") -> Written:
    return Written(f"zoom in to {to}") if to else _move("zoom in", speed=speed)


def zoom_out(to: str = "", speed: str = "") -> Written:
    return Written(f"zoom out to {to}") if to else _move("zoom out", speed=speed)


def orbit_left(angle: str = "", around: Who | Place | None = None, speed: str = "") -> Written:
    return _move("orbit left", angle, speed, around=around)


def orbit_right(angle: str = "", around: Who | Place | None = None, speed: str = "") -> Written:
    return _move("orbit right", angle, speed, around=around)


def follow(subject: Who, at: str = "", side: str = "") -> Written:
    """Keep a place beside a subject; `side` is behind, side or front."""
    return Written(
        " ".join(
            ["follow", who(subject), *(["from", side] if side else []), *(["at", at] if at else [])]
        )
    )


def lead(subject: Who, at: str = "") -> Written:
    return Written(" ".join(["lead", who(subject), *(["at", at] if at else [])]))
