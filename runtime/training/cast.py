"""Random people and things, as declarations."""

from __future__ import annotations

from dataclasses import dataclass

from scenelang.compiler.lexicon import HEIGHTS
from scenelang.runtime.training.draw import Draw
from scenelang.runtime.training.world import COLOURS, GARMENTS, NOUNS


@dataclass
class Member:
    name: str
    kind: str
    line: str
    x: float = 0.0
    z: float = 0.0


def someone(draw: Draw, name: str, kind: str) -> Member:
    """Somebody, or something, of a kind."""
    noun = draw.random.choice(NOUNS.get(kind, (kind,)))
    colour = draw.want(COLOURS, draw.random.choice(COLOURS), with_=kind)
    draw.pair(kind, colour)
    fields = []
    if kind == "figure":
        text = _person(draw, noun, colour)
        if draw.chance(0.14):
            many = draw.random.choice((2, 2, 2, 3, 4, 6, 8))
            fields += [f"count {many}", f"spread {draw.number(1.2, 6)}m"]
            text = text.replace(noun, "couple" if many == 2 else "people", 1)
            if many == 2 and draw.chance(0.6):
                text += ", arm in arm"
        elif draw.chance(0.2):
            fields.append(f"height {draw.number(1.2, 2.0, 2)}m")
    else:
        text = _thing(draw, kind, noun, colour)
        if draw.chance(0.2):
            fields.append(f"height {_height(draw, kind)}m")
    role = "character" if kind in ("figure", "creature", "animal", "bird") else "prop"
    body = f" {{ {'; '.join(fields)} }}" if fields else ""
    return Member(name, kind, f'{role} {name} "{text}" as {kind}{body}')


def _person(draw: Draw, noun: str, colour: str) -> str:
    old = "old " if draw.chance(0.12) else ""
    text = f"a {old}{noun} in a {'long ' if draw.chance(0.2) else ''}{colour} {draw.random.choice(GARMENTS)}"
    extras = []
    if draw.chance(0.5):
        hair = draw.random.choice(("black", "brown", "white", "red", "yellow"))
        extras.append(f"{hair} hair")
    if draw.chance(0.14):
        extras.append(f"a {draw.random.choice(COLOURS)} umbrella")
    if draw.chance(0.12):
        extras.append(f"a {draw.random.choice(COLOURS)} apron")
    if draw.chance(0.15):
        extras.append(f"a {draw.random.choice(COLOURS)} hat")
    if draw.chance(0.1):
        extras.append("a beard")
    if draw.chance(0.3):
        extras.append(f"{draw.random.choice(COLOURS)} trousers")
    if extras:
        text += ", " + ", ".join(extras)
    return (
        text + (", hooded" if draw.chance(0.06) else "") + (", long-haired" if draw.chance(0.15) else "")
    )


def _thing(draw: Draw, kind: str, noun: str, colour: str) -> str:
    text = f"one {colour} {noun}" if draw.chance(0.92) or draw.held else f"one {noun}"
    if kind == "creature":
        text = f"a fluffy {colour} {noun}"
        text += ", big-eyed" if draw.chance(0.5) else ""
        text += ", open-mouthed" if draw.chance(0.4) else ""
    elif kind == "candle":
        text += ", lit" + (", half-melted" if draw.chance(0.3) else "")
    elif kind == "letter" and draw.chance(0.25):
        text += ", crumpled"
    elif kind in ("stall", "cup") and draw.chance(0.4):
        text += ", steaming"
    return text


def _height(draw: Draw, kind: str) -> float:
    low, high = {
        "creature": (0.5, 1.4), "tree": (3, 7), "building": (4, 8), "ball": (0.3, 1.0), "box": (0.3, 1.0),
        "rock": (0.4, 1.4), "candle": (0.2, 0.4), "animal": (0.6, 1.5), "boat": (1.5, 2.5),
    }.get(kind, (0.0, 0.0))  # fmt: skip
    return draw.number(low, high, 2) if high else HEIGHTS[kind]
