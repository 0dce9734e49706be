"""Everything about the picture: framing, angle, lens, focus, and the camera with its moves."""

from __future__ import annotations

from typing import cast

from scenelang.grammar import build_values as values
from scenelang.grammar.ast import (
    Angle,
    AnglePart,
    Camera,
    Focus,
    Framing,
    Lens,
    MoveSpan,
    Point,
    Quantity,
    Steadiness,
    Target,
    Text,
    Word,
)
from scenelang.grammar.build_moves import move
from scenelang.grammar.codes import Code
from scenelang.grammar.context import Context, children
from scenelang.grammar.tree import Part, Token, Tree


def framing(context: Context, tree: Tree[Token]) -> Framing | None:
    _, size_token, *parts = tree.children
    size = context.term(size_token, "size", "framing")
    of: Word | None = None
    on: tuple[Word, ...] = ()
    at: Word | None = None
    first: dict[str, Part] = {}
    for part in parts:
        assert isinstance(part, Tree)
        words = [t for t in part.children if isinstance(t, Token) and t.type == "NAME"]
        if part.data in first:
            context.twice(part, first[part.data], f"`{part.children[0]}`")
            continue
        first[part.data] = part
        if part.data == "of":
            of = context.name(words[0])
        elif part.data == "subjects":
            on = tuple(context.name(word) for word in words)
        else:
            at = context.term(words[0], "composition")
    return Framing.made(size=size, of=of, on=on, at=at, **context.at(tree)) if size else None


_UNMEASURED = ("eye-level", "ground")


def angle(context: Context, tree: Tree[Token]) -> Angle | None:
    parts = []
    for part in children(tree):
        if not isinstance(part, Tree):
            continue
        word = context.term(part.children[0], "angle")
        amount: Quantity | None = None
        if len(part.children) > 1 and isinstance(token := part.children[1], Token):
            if word and word.text in _UNMEASURED:
                hint = "for a measured height use `camera from`"
                context.error(Code.TOO_MUCH, token, f"`{word.text}` takes no amount", hint)
            else:
                amount = values.quantity(context, token, "angle")
        if word:
            parts.append(AnglePart.made(word=word, amount=amount, **context.at(part)))
    return Angle.made(parts=tuple(parts), **context.at(tree)) if parts else None


def lens(context: Context, tree: Tree[Token]) -> Lens | None:
    focal: Quantity | Word | None = None
    aperture: Quantity | None = None
    seen: dict[str, Token] = {}
    for token in tree.children[1:]:
        assert isinstance(token, Token)
        role = "aperture" if token.type == "APERTURE" else "focal length"
        if (
            token.type == "QUANTITY"
            and "focal length" in seen
            and values.read_quantity(context, token).unit == ""
        ):
            context.error(Code.NO_UNIT, token, "an aperture begins with `f/`", f"write `f/{token}`")
            continue
        if role in seen:
            context.twice(token, seen[role], f"the {role}")
            continue
        seen[role] = token
        if token.type == "APERTURE":
            aperture = values.read_quantity(context, token)
        elif token.type == "QUANTITY":
            focal = values.quantity(context, token, "focal")
        else:
            focal = context.term(token, "lens")
            if focal is None:
                break
    return Lens.made(focal=focal, aperture=aperture, **context.at(tree)) if focal or aperture else None


def focus(context: Context, tree: Tree[Token]) -> Focus:
    on = tree.children[1]
    assert isinstance(on, Token)
    return Focus.made(on=context.name(on), **context.at(tree))


def camera(context: Context, tree: Tree[Token]) -> Camera:
    path: Text | None = None
    start: Point | None = None
    looking: Target | None = None
    body: list[MoveSpan | Steadiness] = []
    first: dict[str, Part] = {}
    for part in children(tree):
        if not isinstance(part, Tree):
            continue
        if part.data in first:
            context.twice(part, first[part.data], f"`{part.children[0]}`")
            continue
        first[part.data] = part
        if part.data == "path":
            path = values.text(context, cast(Token, part.children[2]))
        elif part.data == "start":
            start = _start(context, part.children[1])
        elif part.data == "looking":
            looking = values.target(context, part.children[2])
        elif part.data == "camera_body":
            body = [
                node
                for item in part.children
                if isinstance(item, Tree) and (node := _item(context, item))
            ]
    return Camera.made(path=path, start=start, looking=looking, body=tuple(body), **context.at(tree))


def _start(context: Context, part: Part) -> Point | None:
    if isinstance(part, Tree):
        return values.point(context, part)
    hint = "such as `camera from (0m, 1.6m, 4m)`; to stay near someone use the move `follow`"
    context.error(Code.WRONG_KIND, part, "the camera starts from a point", hint)
    return None


def _item(context: Context, tree: Tree[Token]) -> MoveSpan | Steadiness | None:
    return steadiness(context, tree) if tree.data == "steadiness" else move_span(context, tree)


def move_span(context: Context, tree: Tree[Token]) -> MoveSpan | None:
    during, ease, moves = None, None, []
    for part in tree.children:
        assert isinstance(part, Tree)
        if part.data == "span":
            during = values.interval(context, part)
        elif part.data == "ease":
            ease = context.term(part, "ease")
        elif node := move(context, part):
            moves.append(node)
    return (
        MoveSpan.made(during=during, moves=tuple(moves), ease=ease, **context.at(tree))
        if moves
        else None
    )


def steadiness(context: Context, tree: Tree[Token]) -> Steadiness | None:
    word = context.term(tree.children[1], "steadiness")
    amount: Quantity | None = None
    if word and len(tree.children) > 2 and isinstance(token := tree.children[2], Token):
        if word.text == "handheld":
            amount = values.quantity(context, token, "ratio")
        else:
            context.error(Code.TOO_MUCH, token, f"`{word.text}` takes no amount", "only `handheld` does")
    return Steadiness.made(word=word, amount=amount, **context.at(tree)) if word else None
