"""Every node as the words of one line, in canonical form and order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from scenelang.grammar import ast
from scenelang.grammar.units import written
from scenelang.grammar.vocabulary import find_move

_ESCAPES = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})


@singledispatch
def line(node: object) -> str:
    """The line of a node; of a statement with a block, its head up to the `{`."""
    raise TypeError(f"{type(node).__name__} is no node of a film")


def _join(*parts: ast.Node | str | None) -> str:
    """The words of parts that are there, one space between them."""
    words = (part if isinstance(part, str) else line(part) for part in parts if part is not None)
    return " ".join(word for word in words if word)


def _after(word: str, node: ast.Node | None) -> str | None:
    return f"{word} {line(node)}" if node is not None else None


def _list(nodes: Iterable[ast.Node], separator: str = ", ") -> str:
    return separator.join(line(node) for node in nodes)


# Values ---------------------------------------------------------------------------------


@line.register
def _(node: ast.Word) -> str:
    return node.text


@line.register
def _(node: ast.Text) -> str:
    return f'"{node.value.translate(_ESCAPES)}"'


@line.register
def _(node: ast.Quantity) -> str:
    return written(node)


@line.register
def _(node: ast.Size) -> str:
    return f"{node.width}x{node.height}"


@line.register
def _(node: ast.Aspect) -> str:
    width, height = (ast.Quantity(number=number) for number in (node.width, node.height))
    return f"{line(width)}:{line(height)}"


@line.register
def _(node: ast.Point) -> str:
    return f"({_list(node.coordinates)})"


@line.register
def _(node: ast.Field) -> str:
    return _join(node.key, *node.values)


@line.register
def _(node: ast.Interval) -> str:
    return f"{line(node.start)}..{line(node.end) if node.end else ''}"


@line.register
def _(node: ast.When) -> str:
    return _join(node.during, _after("after", node.after), _after("for", node.lasting))


# The file -------------------------------------------------------------------------------


@line.register
def _(node: ast.Version) -> str:
    return _join("scenelang", node.number)


@line.register
def _(node: ast.Import) -> str:
    return _join("import", node.path, f"{{ {_list(node.names)} }}" if node.names else None)


@line.register
def _(node: ast.Header) -> str:
    return _join("film", node.title)


@line.register
def _(node: ast.Declaration) -> str:
    return _join(node.role, node.name, node.description, _after("as", node.kind))


@line.register
def _(node: ast.Transition) -> str:
    return _join(node.kind, node.direction, node.duration)


@line.register
def _(node: ast.Scene) -> str:
    return _join("scene", node.name, node.slug, _after("in", node.place))


@line.register
def _(node: ast.Shot) -> str:
    return _join("shot", node.name, node.title, node.duration, _after("in", node.place))


@line.register
def _(node: ast.Axis) -> str:
    return _join("axis", node.start, "->", node.end)


@line.register
def _(node: ast.Blocking) -> str:
    return _join(
        node.subject, _after("at", node.at), _after("facing", node.facing), _after("pose", node.pose)
    )


@line.register
def _(node: ast.Light) -> str:
    return _join("light", node.name, _after("on", node.on), _after("as", node.role), node.text)


@line.register
def _(node: ast.Particles) -> str:
    return _join("particles", node.kind, node.text)


@line.register
def _(node: ast.Animate) -> str:
    path = f"{line(node.target)}.{line(node.property)}" if node.property else line(node.target)
    return f"animate {path}: {_list(node.keys)}"


@line.register
def _(node: ast.Key) -> str:
    return _join(node.value, "@", node.at, node.ease)


# Camera ---------------------------------------------------------------------------------


@line.register
def _(node: ast.Framing) -> str:
    on = f"on {_list(node.on)}" if node.on else None
    return _join("frame", node.size, _after("of", node.of), on, _after("at", node.at))


@line.register
def _(node: ast.Angle) -> str:
    return _join("angle", *node.parts)


@line.register
def _(node: ast.AnglePart) -> str:
    return _join(node.word, node.amount)


@line.register
def _(node: ast.Lens) -> str:
    return _join("lens", node.focal, node.aperture)


@line.register
def _(node: ast.Focus) -> str:
    return _join("focus", node.on)


@line.register
def _(node: ast.Camera) -> str:
    return _join(
        "camera",
        _after("path from", node.path),
        _after("from", node.start),
        _after("looking at", node.looking),
    )


@line.register
def _(node: ast.MoveSpan) -> str:
    moves = _join(node.during, _list(node.moves, " + "))
    return f"{moves}, {line(node.ease)}" if node.ease else moves


@line.register
def _(node: ast.Move) -> str:
    term = find_move(node.name.text)
    first = term is None or term.target != "after preposition"
    target = node.target if first else _after(term.preposition if term else "", node.target)
    amount = (
        _after(term.preposition, node.amount) if term and first and term.preposition else node.amount
    )
    measure = _join(node.direction, _after("from", node.side), amount, node.speed)
    return _join(node.name, target, measure) if first else _join(node.name, measure, target)


@line.register
def _(node: ast.Steadiness) -> str:
    return _join("steadiness", node.word, node.amount)


# What happens ---------------------------------------------------------------------------


@line.register
def _(node: ast.Action) -> str:
    words = _join(node.when, node.actor, *node.words)
    return _join(f"{words}, {line(node.manner)}" if node.manner else words, _after("as", node.label))


@line.register
def _(node: ast.Says) -> str:
    return _join(node.when, node.actor, "says", node.line, _after("as", node.label))


@line.register
def _(node: ast.Becomes) -> str:
    return _join(node.when, node.actor, "becomes", node.description, _after("as", node.label))


@line.register
def _(node: ast.RackFocus) -> str:
    words = _join(node.when, "rack focus to", node.target)
    return f"{words}, {line(node.ease)}" if node.ease else words


@line.register
def _(node: ast.Continue) -> str:
    return _join("continue from", node.shot)


@line.register
def _(node: ast.Speed) -> str:
    return _join("speed", node.amount)


@line.register
def _(node: ast.Expect) -> str:
    return f"expect {_list(node.items)}"


@line.register
def _(node: ast.Expectation) -> str:
    return _join(node.what, node.value)


@line.register
def _(node: ast.Seed) -> str:
    return _join("seed", node.number)


@line.register
def _(node: ast.Remark) -> str:
    return _join(node.kind, node.text)
