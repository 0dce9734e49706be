"""The fields in the braces of a statement, typed by the vocabulary's table of properties."""

from __future__ import annotations

from collections.abc import Callable

from scenelang.grammar import build_values as values
from scenelang.grammar.ast import Field, Value, Word
from scenelang.grammar.codes import Code
from scenelang.grammar.context import Context
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.source import Span
from scenelang.grammar.tree import Part, Token, Tree
from scenelang.grammar.units import alternatives, example, is_unit, kind_name
from scenelang.grammar.vocabulary import PROPERTIES, UNITS, Property, find_property

_COMPASS = ("left", "right", "front", "back")
_SIDES = (*_COMPASS, "up", "down")

# what a value of each type is called, and an example
TYPES = {
    "text": ("a text in quotes", '"rain, soft grain"'),
    "colour": ("a colour in quotes", '"deep blue"'),
    "size": ("a size in pixels", "1280x720"),
    "aspect": ("an aspect ratio", "2.39:1"),
    "bearing": ("a side and an angle", "left 35deg"),
    "wind": ("a direction and a speed", "left 2m/s"),
    "quality": ("a quality of light", "soft"),
    "name": ("a name", "mara"),
    "flag": ("nothing", ""),  # it stands alone
    **{kind: (kind_name(kind), example(kind)) for kind in UNITS},
}


def fields(context: Context, tree: Tree[Token], owner: str) -> tuple[Field, ...]:
    """The fields of `tree`'s braces, if it has any; wrong ones are reported and left out."""
    braces = next((c for c in tree.children if isinstance(c, Tree) and c.data == "fields"), None)
    if braces is None:
        return ()
    first: dict[str, Span] = {}
    built = []
    for item in braces.children:
        if not isinstance(item, Tree):
            continue
        node = field(context, item, owner)
        if node is None:
            continue
        if node.key.text in first:
            context.twice(item, first[node.key.text], f"`{node.key.text}`")
            continue
        first[node.key.text] = context.span(item)
        built.append(node)
    return tuple(built)


def field(context: Context, tree: Tree[Token], owner: str) -> Field | None:
    token, *parts = tree.children
    assert isinstance(token, Token)
    found = find_property(owner, token)
    if found is None:
        _unknown_field(context, token, owner)
        return None
    read = typed(context, token, parts, found)
    if not read and found.type != "flag":
        return None
    return Field.made(
        key=Word.made(text=found.key, span=context.span(token)), values=read, **context.at(tree)
    )


def typed(context: Context, key: Part, parts: list[Part], prop: Property) -> tuple[Value, ...]:
    """The values of a property's type, none for a flag; empty, and an error, where they are of another."""
    name, sample = TYPES[prop.type]
    if prop.type == "flag":
        if parts:
            hint = "fields on one line stand apart with `;`"
            context.error(Code.TOO_MUCH, parts[0], f"`{prop.key}` stands alone", hint)
        return ()
    if not parts:
        context.error(
            Code.MISSING, key, f"`{prop.key}` needs {name}", f"write it like `{prop.key} {sample}`"
        )
        return ()
    if prop.type in ("bearing", "wind"):
        return _directed(context, parts, prop)
    if prop.type in UNITS and _is_split(parts):
        joined = "".join(str(part) for part in parts)
        context.error(Code.NO_UNIT, parts[1], "a number and its unit are one word", f"write `{joined}`")
        return ()
    one = _reader(prop.type)(context, parts[0])
    if isinstance(one, str):
        context.error(
            Code.WRONG_KIND, parts[0], f"`{prop.key}` takes {name}, not {one}", f"like `{sample}`"
        )
    elif one and len(parts) > 1:
        hint = "fields on one line stand apart with `;`"
        context.error(Code.TOO_MUCH, parts[1], f"`{prop.key}` takes {name} and nothing more", hint)
    return (one,) if one and not isinstance(one, str) else ()


def _directed(context: Context, parts: list[Part], prop: Property) -> tuple[Value, ...]:
    """`left 35deg` or `left 2m/s`, in either order."""
    name, sample = TYPES[prop.type]
    kind, sides = ("angle", _COMPASS) if prop.type == "bearing" else ("speed", _SIDES)
    side: Word | None = None
    amount: Value | None = None
    failed = False
    for part in parts:
        if isinstance(part, Token) and part.type == "NAME" and side is None:
            if part not in sides:
                hint = did_you_mean(part, sides) or f"it can be {alternatives(sides)}"
                context.error(Code.UNKNOWN_WORD, part, f"`{part}` is no direction", hint)
                return ()
            side = context.name(part)
        elif isinstance(part, Token) and part.type == "QUANTITY" and amount is None:
            amount = values.quantity(context, part, kind)
            failed = failed or amount is None
        else:
            context.error(
                Code.WRONG_KIND, part, f"`{prop.key}` takes {name}", f"like `{prop.key} {sample}`"
            )
            return ()
    if failed:
        return ()
    if side is None or (amount is None and prop.type == "wind"):
        lacks = "a direction" if side is None else kind_name(kind)
        context.error(
            Code.MISSING, parts[0], f"`{prop.key}` lacks {lacks}", f"write it like `{prop.key} {sample}`"
        )
        return ()
    return (side, amount) if amount else (side,)


# a value of the type, None after an error of its own, or what stands there instead
_Reading = Value | str | None


def _reader(kind: str) -> Callable[[Context, Part], _Reading]:
    def read(context: Context, part: Part) -> _Reading:
        if isinstance(part, Tree):
            return "a point"
        if part.type in ("STRING", "UNCLOSED"):
            return values.text(context, part) if kind in ("text", "colour") else "a text"
        if part.type in ("QUANTITY", "APERTURE"):
            return values.quantity(context, part, kind) if kind in UNITS else "a number"
        if part.type == kind.upper():
            return values.value(context, part)
        if part.type == "NAME" and kind == "quality":
            return context.term(part, "quality")
        if part.type == "NAME" and kind == "name":
            return context.name(part)
        return (
            "a size" if part.type == "SIZE" else "an aspect ratio" if part.type == "ASPECT" else "a word"
        )

    return read


def _is_split(parts: list[Part]) -> bool:
    """Whether the author wrote `4 s` for `4s`."""
    if len(parts) != 2 or not all(isinstance(part, Token) for part in parts):
        return False
    number, unit = str(parts[0]), str(parts[1])
    return number.lstrip("-.0123456789") == "" and is_unit(unit)


def _unknown_field(context: Context, token: Token, owner: str) -> None:
    keys = tuple(prop.key for prop in PROPERTIES[owner])
    hint = did_you_mean(token, keys) or (f"it can have {alternatives(keys)}" if keys else "")
    article = (
        "the `film` statement" if owner == "film" else f"a {owner}" if owner != "particles" else owner
    )
    verb = "have" if owner == "particles" else "has"
    context.error(Code.UNKNOWN_FIELD, token, f"{article} {verb} no field `{token}`", hint)
