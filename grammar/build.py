"""The parse tree to a Film: the file's own statements, scenes and shots."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, cast

from scenelang.grammar import build_values as values
from scenelang.grammar.ast import (
    Declaration,
    Film,
    Header,
    Import,
    Node,
    Quantity,
    Scene,
    Shot,
    Text,
    Transition,
    Version,
    Word,
)
from scenelang.grammar.build_fields import fields
from scenelang.grammar.build_shot import SHOT_STATEMENTS, axis, blocking, light, particles
from scenelang.grammar.codes import Code
from scenelang.grammar.context import Context, children, declared_names
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.tree import Part, Token, Tree
from scenelang.grammar.units import alternatives

VERSION = 1
_WIPES = ("left", "right", "up", "down")


def film(context: Context, tree: Tree[Token]) -> Film:
    items = items_of(tree)
    context.declared = declared_in(context.source.text, items)
    versions = [item for item in items if item.data == "version"]
    for item in versions[1:]:
        context.twice(item, versions[0], "the version")
        items.remove(item)
    made = statements(context, items)
    if tree.children:
        _check_version(context, tree, versions)
    whole = context.source.span(0, len(context.source.text))
    trivia = context.trivia[id(tree)]
    return Film.made(statements=made, file=context.source.file, span=whole, trivia=trivia)


def items_of(tree: Tree[Token]) -> list[Tree[Token]]:
    """The statements of a file that could be read."""
    return [item for item in tree.children if isinstance(item, Tree)]


def statements(context: Context, items: list[Tree[Token]]) -> tuple[Any, ...]:
    built = (FILE_STATEMENTS[item.data](context, item) for item in items)
    return tuple(node for node in built if node is not None)


def declared_in(text: str, items: list[Tree[Token]]) -> frozenset[str] | None:
    """The names that statements declare or import, or seem to; None where an import brings all."""
    seeming = declared_names(text)
    if seeming is None:
        return None
    names = set(seeming)
    for item in items:
        if item.data == "import" and not isinstance(item.children[-1], Tree):
            return None
        if item.data in ("declaration", "import"):
            holder = item.children[-1] if item.data == "import" else item
            found = children(cast("Tree[Token]", holder))
            names.update(str(part) for part in found if isinstance(part, Token) and part.type == "NAME")
    return frozenset(names)


def _check_version(context: Context, tree: Tree[Token], versions: list[Tree[Token]]) -> None:
    first = tree.children[0]
    if not versions:
        if isinstance(first, Tree):
            hint = f"begin the file with `scenelang {VERSION}`"
            top = context.source.span(0, 0)
            context.error(Code.NO_VERSION, top, "the film doesn't say its version", hint)
    elif versions[0] is not first and isinstance(first, Tree):
        hint = "move it to the top of the file"
        context.error(Code.NO_VERSION, versions[0], "the version is not the first statement", hint)


def version(context: Context, tree: Tree[Token]) -> Version | None:
    token = cast(Token, tree.children[1])
    number = values.quantity(context, token, "number")
    if number is None:
        return None
    if number.number != VERSION:
        message = f"this scenelang reads version {VERSION} of the language, not {token}"
        hint = (
            "a newer scenelang may read it"
            if number.number > VERSION
            else f"write `scenelang {VERSION}`"
        )
        context.error(Code.OTHER_VERSION, token, message, hint)
    return Version.made(number=number, **context.at(tree))


def import_(context: Context, tree: Tree[Token]) -> Import:
    path = values.text(context, cast(Token, tree.children[1]))
    names: dict[str, Word] = {}
    for part in tree.children[2:]:
        for token in cast("Tree[Token]", part).children:
            if not isinstance(token, Token) or token.type != "NAME":
                continue
            if token in names:
                context.twice(token, cast(Any, names[token].span), f"`{token}`")
            else:
                names[str(token)] = context.name(token)
    return Import.made(path=path, names=tuple(names.values()), **context.at(tree))


def header(context: Context, tree: Tree[Token]) -> Header:
    title = next(
        (c for c in children(tree) if isinstance(c, Token) and c.type in ("STRING", "UNCLOSED")), None
    )
    text = (
        values.text(context, title)
        if title
        else Text.made(value="", span=context.span(tree.children[0]))
    )
    return Header.made(title=text, fields=fields(context, tree, "film"), **context.at(tree))


def declaration(context: Context, tree: Tree[Token]) -> Declaration | None:
    role = cast(Literal["character", "prop", "place"], str(tree.children[0]))
    head = _head(context, tree)
    kind_token = head.get("kind")
    kind = context.term(kind_token, "kind") if kind_token is not None else None
    if kind_token is not None and role == "place":
        context.error(
            Code.TOO_MUCH, kind_token, "a place takes no `as`", "only characters and props are drawn"
        )
        kind = None
    read = fields(context, tree, role)
    if "name" not in head:
        return None
    return Declaration.made(
        role=role,
        name=context.name(head["name"]),
        description=_text(context, head),
        kind=kind,
        fields=read,
        **context.at(tree),
    )


def scene(context: Context, tree: Tree[Token]) -> Scene | None:
    head = _head(context, tree)
    context.in_scene = True
    body = _body(context, tree, SCENE_STATEMENTS)
    context.in_scene = False
    slug = _text(context, head)
    if "name" not in head:
        return None
    name, place = context.name(head["name"]), _place(context, head)
    return Scene.made(name=name, slug=slug, place=place, body=body, **context.at(tree))


def shot(context: Context, tree: Tree[Token]) -> Shot | None:
    head = _head(context, tree)
    within, context.in_scene = context.in_scene, False
    title = _text(context, head)
    duration: Quantity | None = None
    if "duration" in head:
        duration = values.quantity(context, head["duration"], "duration")
    elif "name" in head and "error" not in head:
        message = f"the shot `{head['name']}` has no duration"
        context.error(
            Code.MISSING, head["name"], message, f"write it in the head: `shot {head['name']} 6s {{`"
        )
    body = _body(context, tree, SHOT_STATEMENTS)
    context.in_scene = within
    if "name" not in head:
        return None
    # a shot with a wrong duration is kept for its body; there is an error already
    lasts = duration or Quantity.made(number=Decimal(0), unit="s", span=context.span(head["name"]))
    name, place = context.name(head["name"]), _place(context, head)
    return Shot.made(name=name, title=title, duration=lasts, place=place, body=body, **context.at(tree))


def transition(context: Context, tree: Tree[Token]) -> Transition | None:
    head = cast(Token, tree.children[0])
    rest = [cast(Token, part) for part in tree.children[1:]]
    word = next((token for token in rest if token.type == "NAME"), None)
    amount = next((token for token in rest if token.type == "QUANTITY"), None)
    kind, direction, duration = str(head), None, None
    if amount and kind == "cut":
        hint = f"for a soft change write `dissolve {amount}`"
        context.error(Code.TOO_MUCH, amount, "a cut takes no time", hint)
    elif amount:
        duration = values.quantity(context, amount, "duration")
    if kind == "fade":
        if word is None or word not in ("in", "out"):
            message = "a fade goes `in` or `out`" + (f", not `{word}`" if word else "")
            code = Code.UNKNOWN_WORD if word else Code.MISSING
            context.error(code, word or head, message, "like `fade out 1s`")
            return None
        kind = f"fade {word}"
    elif word and word not in _WIPES:
        hint = did_you_mean(word, _WIPES) or f"it can be {alternatives(_WIPES)}"
        context.error(Code.UNKNOWN_WORD, word, f"`{word}` is no direction of a wipe", hint)
    elif word:
        direction = context.name(word)
    return Transition.made(
        kind=cast(Any, kind), direction=direction, duration=duration, **context.at(tree)
    )


def _head(context: Context, tree: Tree[Token]) -> dict[str, Token]:
    """The parts of a head by what they are: name, text, duration, place, kind, error."""
    found: dict[str, Token] = {}
    for part in list(tree.children)[1:]:
        if isinstance(part, Token) and part.type == "ERROR":
            found["error"] = part
    for part in list(children(tree))[1:]:
        key, token = _role(part)
        if token is None:
            continue
        if key in found:
            context.twice(part, found[key], f"the {key}")
        else:
            found[key] = token
    return found


def _role(part: Part) -> tuple[str, Token | None]:
    if isinstance(part, Tree):
        return str(part.data), cast(Token, part.children[1]) if part.data in ("place", "kind") else None
    roles = {"NAME": "name", "QUANTITY": "duration", "STRING": "text", "UNCLOSED": "text"}
    return roles.get(part.type, ""), part if part.type in roles else None


def _text(context: Context, head: dict[str, Token]) -> Text | None:
    return values.text(context, head["text"]) if "text" in head else None


def _place(context: Context, head: dict[str, Token]) -> Word | None:
    return context.name(head["place"]) if "place" in head else None


Builder = Callable[[Context, Tree[Token]], Node | None]


def _body(context: Context, tree: Tree[Token], builders: dict[str, Builder]) -> tuple[Any, ...]:
    """The statements of a scene's or shot's block."""
    block = tree.children[-1]
    assert isinstance(block, Tree)
    built = (builders[item.data](context, item) for item in block.children if isinstance(item, Tree))
    return tuple(node for node in built if node is not None)


SCENE_STATEMENTS: dict[str, Builder] = {
    "blocking": blocking,
    "axis": axis,
    "light": light,
    "particles": particles,
    "shot": shot,
    "transition": transition,
}

FILE_STATEMENTS: dict[str, Builder] = {
    "version": version,
    "import": import_,
    "header": header,
    "declaration": declaration,
    "scene": scene,
    "shot": shot,
    "transition": transition,
}
