"""The names of a film where they stand: subjects and places, lights, labels, shots, scenes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scenelang.editor.tree import Spot
from scenelang.editor.words import term_of
from scenelang.grammar import ast
from scenelang.grammar.source import Span

Kind = Literal["cast", "light", "label", "shot", "scene"]
Cast = Mapping[str, ast.Declaration]

_MAKES: dict[type[ast.Node], Kind] = {
    ast.Declaration: "cast",
    ast.Light: "light",
    ast.Shot: "shot",
    ast.Scene: "scene",
}


@dataclass(frozen=True)
class Mention:
    """A name in its place. `owner` is the scene or shot outside of which nobody knows it."""

    kind: Kind
    name: str
    spot: Spot
    makes: bool
    owner: ast.Node | None

    @property
    def span(self) -> Span:
        return self.spot.span

    @property
    def statement(self) -> ast.Node:
        return self.spot.statement

    def same(self, other: Mention) -> bool:
        """Whether two mentions in one file mean the same."""
        mine, its = (self.kind, self.name), (other.kind, other.name)
        return mine == its and self.owner is other.owner


def mentions(spots: Sequence[Spot], cast: Cast) -> list[Mention]:
    """All names of a film, in the order of the tree; `cast` is what it declares and imports."""
    shots = {s.node.text for s in spots if isinstance(s.node, ast.Word) and _made(s) == "shot"}
    return [m for spot in spots if (m := _mention(spot, cast, shots))]


def mention_at(spots: Sequence[Spot], cast: Cast, offset: int) -> Mention | None:
    found = [m for m in mentions(spots, cast) if m.span.start <= offset <= m.span.end]
    return max(found, key=lambda m: m.span.start, default=None)


def lights(block: ast.Scene | ast.Shot) -> Iterator[str]:
    """The names of the lights that a scene or shot itself has."""
    yield from (s.name.text for s in block.body if isinstance(s, ast.Light))


def role_of(spot: Spot) -> tuple[Kind, bool]:
    """What a name can be where it stands, and whether it is made there."""
    made = _made(spot)
    if made:
        return made, True
    if isinstance(spot.parent, ast.When):
        return "label", False
    if isinstance(spot.parent, ast.Animate) and spot.attribute == "target":
        return "light", False
    return "cast", False


def _made(spot: Spot) -> Kind | None:
    if spot.attribute == "label":
        return "label"
    return _MAKES.get(type(spot.parent)) if spot.attribute == "name" else None


def _mention(spot: Spot, cast: Cast, shots: set[str]) -> Mention | None:
    if not isinstance(spot.node, ast.Word) or spot.attribute in ("key", "property"):
        return None
    name = spot.node.text
    kind, makes = role_of(spot)
    owner: ast.Node | None = None
    if kind == "cast" and not makes:
        if term_of(spot) and not (name in cast and isinstance(spot.parent, ast.Action)):
            return None
        if name not in cast:
            if name not in shots:
                return None
            kind = "shot"
    elif kind == "light":
        scene, shot = spot.scene, spot.shot
        owner = scene if scene and name in lights(scene) else shot
        if not makes and (owner is None or name not in lights(owner)):
            return None
    elif kind == "label":
        owner = spot.shot
    return Mention(kind, name, spot, makes, owner)
