"""What differs between two films, in film terms: shots, cast, camera, light, dialogue, edit.

Statements are walked by what they hold, whatever they are: fields by their keys, statements by
their head and name, and what has no name of its own in its order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from scenelang.grammar import ast
from scenelang.grammar.format import format_node
from scenelang.grammar.vocabulary import HEADS, UNITS
from scenelang.grammar.wording import line

_HEADS = {term.word for block in ("scene", "shot") for term in HEADS[block]}
_LABELS = {"says": "dialogue", "becomes": "state"}
_BLOCKS = ("fields", "body")


@dataclass(frozen=True)
class Change:
    """One difference. `before` or `after` is None where a thing is new, or gone."""

    part: str  # film, character, prop, place, scene, shot or edit
    name: str  # whose; of the edit, the shot before which it stands
    what: str  # added, removed, moved, renamed, or what of it: `duration`, `light sun temperature`
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Cut:
    """A film as it is compared: its declarations (those of its imports too), scenes, shots and edit."""

    header: ast.Header | None
    cast: Mapping[str, ast.Declaration]
    scenes: Mapping[str, ast.Scene]
    shots: Mapping[str, ast.Shot]
    within: Mapping[str, str]  # shot -> its scene
    edit: Mapping[str, str]  # shot -> the transitions before it; the empty name is the film's end


def cut_of(film: ast.Film, cast: Mapping[str, ast.Declaration]) -> Cut:
    header = next((s for s in film.statements if isinstance(s, ast.Header)), None)
    scenes: dict[str, ast.Scene] = {}
    shots: dict[str, ast.Shot] = {}
    within: dict[str, str] = {}
    edit: dict[str, str] = {}
    waiting: list[str] = []
    for statement in film.statements:
        scene = statement if isinstance(statement, ast.Scene) else None
        if scene:
            scenes[scene.name.text] = scene
        for inner in scene.body if scene else (statement,):
            if isinstance(inner, ast.Transition):
                waiting.append(line(inner))
            elif isinstance(inner, ast.Shot):
                shots[inner.name.text] = inner
                within[inner.name.text] = scene.name.text if scene else ""
                edit[inner.name.text], waiting = ", ".join(waiting), []
    edit[""] = ", ".join(waiting)
    return Cut(header, cast, scenes, shots, within, edit)


def changes(a: Cut, b: Cut) -> Iterator[Change]:
    """All differences, from the film's header over cast, scenes and shots to the edit."""
    yield from _named("film", {"": a.header} if a.header else {}, {"": b.header} if b.header else {})
    for role in ("character", "prop", "place"):
        was, now = ({n: d for n, d in cut.cast.items() if d.role == role} for cut in (a, b))
        yield from _named(role, was, now)
    yield from _named("scene", a.scenes, b.scenes)
    renamed = _renamed(a.shots, b.shots)
    before = {renamed.get(name, name): shot for name, shot in a.shots.items()}
    yield from (Change("shot", new, "renamed", old, new) for old, new in renamed.items())
    yield from _named("shot", before, b.shots)
    within = {renamed.get(name, name): scene for name, scene in a.within.items()}
    for name in b.shots:
        if name in within and within[name] != b.within[name]:
            yield Change("shot", name, "scene", within[name] or None, b.within[name] or None)
    yield from _moved(list(before), list(b.shots))
    edit = {renamed.get(name, name): words for name, words in a.edit.items()}
    for name, words in b.edit.items():
        if edit.get(name, "") != words:
            yield Change("edit", name, "transition", edit.get(name) or None, words or None)


def _named(part: str, a: Mapping[str, ast.Node], b: Mapping[str, ast.Node]) -> Iterator[Change]:
    """Things with names: gone, changed, new."""
    for name, node in a.items():
        if name not in b:
            yield Change(part, name, "removed", before=_words(node))
    for name, node in b.items():
        if name not in a:
            yield Change(part, name, "added", after=_words(node))
        else:
            for what, before, after in _within(a[name], node):
                yield Change(part, name, what, before, after)


Found = tuple[str, str | None, str | None]


def _within(a: ast.Node, b: ast.Node) -> Iterator[Found]:
    """What differs between two nodes of one name: their own values, then their blocks."""
    for key, was, now in zip(type(a)._meaning, a.meaning(), b.meaning()):
        if key in _BLOCKS:
            yield from _blocks(was, now, "")  # type: ignore[arg-type]
        elif _measured(was) != _measured(now) and key != "name":
            yield key, _value(was), _value(now)


def _blocks(a: Iterable[ast.Node], b: Iterable[ast.Node], under: str) -> Iterator[Found]:
    was, now = _groups(a, under), _groups(b, under)
    for label in {**was, **now}:
        for before, after in _pairs(was.get(label, []), now.get(label, [])):
            yield from _statement(label, before, after)


def _groups(body: Iterable[ast.Node], under: str) -> dict[str, list[ast.Node]]:
    groups: dict[str, list[ast.Node]] = {}
    for node in body:
        if not isinstance(node, ast.Shot | ast.Transition):
            groups.setdefault(_label(node, under), []).append(node)
    return groups


def _label(node: ast.Node, under: str) -> str:
    """What a statement is called: `light sun`, `frame`, `action mara`; a field with its statement."""
    if isinstance(node, ast.Field):
        return f"{under} {node.key.text}".strip()
    if under:
        return under  # a move of the camera
    kind = type(node).__name__
    head = line(node).split(" ", 1)[0]
    timed = getattr(node, "when", None) is not None  # then a time or `after` stands at the head
    spoken = re.sub(r"(?<=.)([A-Z])", r" \1", kind).lower()
    label = head if head in _HEADS and not timed else _LABELS.get(kind.lower(), spoken)
    values = (getattr(node, key, None) for key in ("name", "subject", "actor", "kind", "target"))
    own = next((value.text for value in values if isinstance(value, ast.Word)), "")
    part = getattr(node, "property", None)
    return f"{label} {own}{f'.{part.text}' if part else ''}".strip()


def _pairs(a: list[ast.Node], b: list[ast.Node]) -> Iterator[tuple[ast.Node | None, ast.Node | None]]:
    """Statements of one label that differ, side by side in their order."""
    was, now = [_measured(node) for node in a], [_measured(node) for node in b]
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from zip_longest(a[a0:a1], b[b0:b1])


def _statement(label: str, a: ast.Node | None, b: ast.Node | None) -> Iterator[Found]:
    if a is None or b is None or type(a) is not type(b):
        yield label, _words(a, label), _words(b, label)
        return
    if line(_measured(a)) != line(_measured(b)):
        yield label, _trimmed(line(a), label), _trimmed(line(b), label)
    for key in _BLOCKS:
        yield from _blocks(getattr(a, key, ()), getattr(b, key, ()), label)


def _measured(value: Any) -> Any:
    """A node with its lengths in metres: `2m` and `200cm` are no change."""
    if isinstance(value, ast.Quantity):
        factor = UNITS["length"].get(value.unit)
        number = value.number if factor is None else value.number * Decimal(str(factor))
        unit = value.unit if factor is None else "m"
        return value.model_copy(update={"number": number.normalize(), "unit": unit})
    if isinstance(value, ast.Node):
        return value.model_copy(
            update={key: _measured(part) for key, part in zip(type(value)._meaning, value.meaning())}
        )
    return tuple(_measured(part) for part in value) if isinstance(value, tuple) else value


def _words(node: ast.Node | None, label: str = "") -> str | None:
    """A statement on one line; of a shot or scene, its head alone."""
    if node is None:
        return None
    if isinstance(node, ast.Shot | ast.Scene):
        return line(node).partition(f" {node.name.text}")[2].strip()
    return _trimmed(" ".join(format_node(node.bare()).split()), label)


def _trimmed(words: str, label: str) -> str:
    """The words without those that the label has said: a light's name, a field's key."""
    for head in (label, label.rsplit(" ", 1)[-1]):
        if words == head or words.startswith((f"{head} ", f"{head}: ")):
            return words[len(head) :].strip(": ")
    return words


def _value(value: object) -> str | None:
    if isinstance(value, ast.Node):
        return line(value)
    return None if value is None else str(value)


def _renamed(a: Mapping[str, ast.Shot], b: Mapping[str, ast.Shot]) -> dict[str, str]:
    """Shots that have another ID and are otherwise as they were; old ID -> new ID."""
    new = {_measured(shot).meaning()[1:]: name for name, shot in b.items() if name not in a}
    found = {
        name: new.pop(_measured(shot).meaning()[1:], "") for name, shot in a.items() if name not in b
    }
    return {old: name for old, name in found.items() if name}


def _moved(a: list[str], b: list[str]) -> Iterator[Change]:
    """Shots that stand elsewhere among those that both films have."""
    both = {*a} & {*b}
    was, now = [name for name in a if name in both], [name for name in b if name in both]
    blocks = SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
    still = {name for block in blocks for name in was[block.a : block.a + block.size]}
    for name in now:
        if name not in still:
            yield Change("shot", name, "moved", _behind(was, name), _behind(now, name))


def _behind(names: list[str], name: str) -> str:
    at = names.index(name)
    return f"after {names[at - 1]}" if at else "first"
