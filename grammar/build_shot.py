"""What happens in a shot or scene: light, particles, keys over time, blocking, actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, cast

from scenelang.grammar import build_camera as picture
from scenelang.grammar import build_values as values
from scenelang.grammar import vocabulary
from scenelang.grammar.ast import (
    Action,
    Animate,
    Axis,
    Becomes,
    Blocking,
    Continue,
    Expect,
    Expectation,
    Key,
    Light,
    Node,
    Particles,
    Quantity,
    RackFocus,
    Remark,
    Says,
    Seed,
    Speed,
    Text,
    When,
    Word,
)
from scenelang.grammar.build_fields import fields, typed
from scenelang.grammar.codes import Code
from scenelang.grammar.context import Context, children
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.heads import explain_head
from scenelang.grammar.tree import Part, Token, Tree
from scenelang.grammar.units import alternatives
from scenelang.grammar.vocabulary import Property

# what an expectation's word is one of, and an example
EXPECTED = {"camera": ("seen", "dolly-in"), "frame": ("size", "wide")}

_ANIMATABLE = {
    prop.key: prop
    for owner in ("light", "particles")
    for prop in vocabulary.PROPERTIES[owner]
    if prop.animatable
}


def axis(context: Context, tree: Tree[Token]) -> Axis:
    names = [context.name(token) for token in _tokens(tree, "NAME")]
    return Axis.made(start=names[0], end=names[1], **context.at(tree))


def blocking(context: Context, tree: Tree[Token]) -> Blocking | None:
    subject, *parts = tree.children
    assert isinstance(subject, Token)
    if _no_subject(context, subject, tree):
        return None
    given: dict[str, Any] = {}
    first: dict[str, Part] = {}
    for part in parts:
        assert isinstance(part, Tree)
        if part.data in first:
            context.twice(part, first[part.data], f"`{part.data}`")
            continue
        first[part.data] = part
        value = part.children[1]
        given[part.data] = (
            context.term(value, "pose") if part.data == "pose" else values.target(context, value)
        )
    return Blocking.made(subject=context.name(subject), **given, **context.at(tree))


def light(context: Context, tree: Tree[Token]) -> Light | None:
    name: Word | None = None
    given: dict[str, Any] = {}
    first: dict[str, Part] = {}
    for part in list(children(tree))[1:]:
        if isinstance(part, Token) and part.type == "NAME":
            name = context.name(part)
            continue
        key = str(part.data) if isinstance(part, Tree) else "text"
        if key == "fields":
            continue
        if key in first:
            what = "the text" if isinstance(part, Token) else f"`{part.children[0]}`"
            context.twice(part, first[key], what)
            continue
        first[key] = part
        if isinstance(part, Token):
            given[key] = values.text(context, part)
        elif key == "role":
            given[key] = context.term(part.children[1], "role")
        else:
            given[key] = context.name(cast(Token, part.children[1]))
    read = fields(context, tree, "light")
    return Light.made(name=name, fields=read, **given, **context.at(tree)) if name else None


def particles(context: Context, tree: Tree[Token]) -> Particles | None:
    parts = [part for part in list(children(tree))[1:] if isinstance(part, Token)]
    kind = context.term(parts[0], "particles") if parts and parts[0].type == "NAME" else None
    text = next((values.text(context, p) for p in parts if p.type in ("STRING", "UNCLOSED")), None)
    read = fields(context, tree, "particles")
    return Particles.made(kind=kind, text=text, fields=read, **context.at(tree)) if kind else None


def animate(context: Context, tree: Tree[Token]) -> Animate | None:
    target, *rest = _tokens(tree, "NAME")
    trees = [part for part in tree.children if isinstance(part, Tree)]
    prop = _animated(context, target, rest[0] if rest else None)
    if prop is None:
        return None
    keys = [node for part in trees if (node := _key(context, part, prop))]
    if not keys:
        return None
    path = context.name(rest[0]) if rest else None
    if path:
        path = path.model_copy(update={"text": prop.key})
    return Animate.made(target=context.name(target), property=path, keys=tuple(keys), **context.at(tree))


def _animated(context: Context, target: Token, name: Token | None) -> Property | None:
    """The property that `animate` drives."""
    if name is None:
        if target == "focus":
            return Property("focus", "focus", "what is sharp", True)
        if target == "lens":
            return Property("lens", "focal", "the focal length", True)
        hint = f"`focus`, `lens`, or a property such as `{target}.intensity`"
        context.error(Code.MISSING, target, f"`animate {target}` doesn't say which property", hint)
        return None
    found = _ANIMATABLE.get(vocabulary.PROPERTY_ALIASES.get(name, name))
    if found is None:
        hint = did_you_mean(name, _ANIMATABLE) or f"it can be {alternatives(tuple(_ANIMATABLE))}"
        context.error(Code.UNKNOWN_FIELD, name, f"`{name}` is nothing that can be animated", hint)
    return found


def _key(context: Context, tree: Tree[Token], prop: Property) -> Key | None:
    value, _, at, *rest = tree.children
    assert isinstance(at, Token)
    time = values.quantity(context, at, "time")
    ease = context.term(rest[0], "ease") if rest else None
    if prop.type == "focus" and isinstance(value, Token) and value.type == "NAME":
        read: Any = context.name(value)
    elif prop.type == "focus" and isinstance(value, Token) and value.type == "QUANTITY":
        read = values.quantity(context, value, "length")
    elif prop.type == "focus":
        context.error(
            Code.WRONG_KIND, value, "focus is on someone or at a distance", "like `mara` or `2m`"
        )
        return None
    else:
        wanted = Property(prop.key, "speed" if prop.type == "wind" else prop.type, prop.meaning)
        one = typed(context, value, [value], wanted)
        read = one[0] if one else None
    return Key.made(value=read, at=time, ease=ease, **context.at(tree)) if time and read else None


def action(context: Context, tree: Tree[Token]) -> Action | None:
    happening = _happening(context, tree)
    if happening is None:
        return None
    timing, actor, parts, label = happening
    manner: Text | None = None
    words: list[Part] = []
    for part in parts:
        if isinstance(part, Tree) and part.data == "manner":
            manner = values.text(context, _tokens(part, "STRING", "UNCLOSED")[0])
        else:
            words.append(part)
    read = values.values(context, words)
    return Action.made(
        when=timing, actor=actor, words=read, manner=manner, label=label, **context.at(tree)
    )


def says(context: Context, tree: Tree[Token]) -> Says | None:
    happening = _happening(context, tree)
    if happening is None:
        return None
    timing, actor, parts, label = happening
    line = values.text(context, cast(Token, parts[1]))
    return Says.made(when=timing, actor=actor, line=line, label=label, **context.at(tree))


def becomes(context: Context, tree: Tree[Token]) -> Becomes | None:
    happening = _happening(context, tree)
    if happening is None:
        return None
    timing, actor, parts, label = happening
    description = values.text(context, cast(Token, parts[1]))
    return Becomes.made(
        when=timing, actor=actor, description=description, label=label, **context.at(tree)
    )


def _happening(
    context: Context, tree: Tree[Token]
) -> tuple[When | None, Word, list[Part], Word | None] | None:
    """When, who, what follows, and the label; None for a misspelt statement that reads as one."""
    parts = list(tree.children)
    timing: When | None = None
    if isinstance(parts[0], Tree):
        timing = values.when(context, parts.pop(0))  # type: ignore[arg-type]
    actor = cast(Token, parts.pop(0))
    timed = isinstance(tree.children[0], Tree)
    if _no_subject(context, actor, tree, timed):
        return None
    label: Word | None = None
    if parts and isinstance(last := parts[-1], Tree) and last.data == "label":
        label = context.name(cast(Token, last.children[1]))
        parts.pop()
    return timing, context.name(actor), parts, label


def _no_subject(context: Context, actor: Token, tree: Tree[Token], timed: bool = False) -> bool:
    """Reports a word that reads as a subject, but is a statement misspelt or out of place."""
    block = "scene" if tree.data == "blocking" and context.in_scene else "shot"
    found = explain_head(str(actor), block, context.declared, timed)
    if found:
        context.problem(actor, found)
    return found is not None


def rack_focus(context: Context, tree: Tree[Token]) -> RackFocus:
    first = tree.children[0]
    timing = values.when(context, first) if isinstance(first, Tree) else None
    last = tree.children[-1]
    ease = context.term(last, "ease") if isinstance(last, Tree) and last.data == "ease" else None
    target = context.name(_tokens(tree, "NAME")[0])
    return RackFocus.made(when=timing, target=target, ease=ease, **context.at(tree))


def seed(context: Context, tree: Tree[Token]) -> Seed | None:
    number = values.quantity(context, cast(Token, tree.children[1]), "number")
    return Seed.made(number=number, **context.at(tree)) if number else None


def remark(context: Context, tree: Tree[Token]) -> Remark:
    kind, quoted = (cast(Token, child) for child in tree.children)
    word = cast(Literal["look", "avoid", "sound", "note"], str(kind))
    return Remark.made(kind=word, text=values.text(context, quoted), **context.at(tree))


def continue_(context: Context, tree: Tree[Token]) -> Continue:
    return Continue(shot=context.name(_tokens(tree, "NAME")[0]), **context.at(tree))


def speed(context: Context, tree: Tree[Token]) -> Speed | None:
    amount = values.quantity(context, cast(Token, tree.children[1]), "ratio")
    return Speed(amount=amount, **context.at(tree)) if amount else None


def expect(context: Context, tree: Tree[Token]) -> Expect | None:
    items: list[Expectation] = []
    first: dict[str, Part] = {}
    for part in tree.children[1:]:
        assert isinstance(part, Tree)
        item = _expectation(context, part)
        if item and item.what.text in first:
            context.twice(part, first[item.what.text], f"`{item.what.text}`")
        elif item:
            first[item.what.text] = part
            items.append(item)
    return Expect(items=tuple(items), **context.at(tree)) if items else None


def _expectation(context: Context, tree: Tree[Token]) -> Expectation | None:
    """`subjects` is a number, the others are words of a category of their own."""
    word, value = (cast(Token, child) for child in tree.children)
    what = context.term(word, "expectation")
    if what is None:
        return None
    counted = what.text == "subjects"
    if counted != (value.type == "QUANTITY"):
        sample = "subjects 2" if counted else f"{what.text} {EXPECTED[what.text][1]}"
        message = f"`{what.text}` takes {'a number' if counted else 'a word'}"
        context.error(Code.WRONG_KIND, value, message, f"like `expect {sample}`")
        return None
    read: Word | Quantity | None = (
        values.quantity(context, value, "number")
        if counted
        else context.term(value, EXPECTED[what.text][0])
    )
    return Expectation(what=what, value=read, **context.at(tree)) if read else None


def _tokens(tree: Tree[Token], *types: str) -> list[Token]:
    return [t for t in tree.children if isinstance(t, Token) and (not types or t.type in types)]


SHOT_STATEMENTS: dict[str, Callable[[Context, Tree[Token]], Node | None]] = {
    "framing": picture.framing,
    "angle": picture.angle,
    "lens": picture.lens,
    "focus": picture.focus,
    "camera": picture.camera,
    "light": light,
    "particles": particles,
    "animate": animate,
    "blocking": blocking,
    "action": action,
    "says": says,
    "becomes": becomes,
    "rack_focus": rack_focus,
    "seed": seed,
    "remark": remark,
    "continue": continue_,
    "speed": speed,
    "expect": expect,
}
