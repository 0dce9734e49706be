"""What stands under the pointer: words and their aliases, quantities in SI, names and what they name."""

from __future__ import annotations

from fractions import Fraction

from lsprotocol import types

from scenelang.compiler import resolved, units
from scenelang.compiler.pipeline import Analysis
from scenelang.editor import timing
from scenelang.editor.context import context_at
from scenelang.editor.documents import Document, Documents
from scenelang.editor.names import Cast, Mention, mention_at
from scenelang.editor.project import cast_of, home_of
from scenelang.editor.timing import Times
from scenelang.editor.tree import Spot, spot_at
from scenelang.editor.words import property_of, term_of
from scenelang.grammar import ast
from scenelang.grammar.build_fields import TYPES
from scenelang.grammar.build_moves import form
from scenelang.grammar.format import format_node
from scenelang.grammar.forms import FORMS
from scenelang.grammar.reference import TITLES
from scenelang.grammar.units import kind_name
from scenelang.grammar.vocabulary import HEADS, UNITS, MoveTerm, Term, find_move

_KIND_FROM = {
    "declared": "said by `as`",
    "description": "from the description's words",
    "role": "for it is a {role}",
}


def hover(
    document: Document, documents: Documents, offset: int, analysis: Analysis, times: Times | None
) -> types.Hover | None:
    """`times` are those of the last version without errors."""
    spot = spot_at(document.spots, offset)
    cast = cast_of(document, documents)
    mention = mention_at(document.spots, cast, offset)
    if mention:
        text, span = _name(document, mention, cast, analysis, times), mention.span
    elif spot and isinstance(spot.node, ast.Word | ast.Quantity | ast.Text):
        text, span = _value(document, spot, analysis), spot.span
    else:
        text, span = "", None
    if not text:
        word, start = _word_at(document.source.text, offset)
        text, span = _head(document, word, start), document.source.span(start, start + len(word))
    if not text or span is None:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, text)
    return types.Hover(content, document.range(span))


# Names ----------------------------------------------------------------------------------


def _name(
    document: Document, mention: Mention, cast: Cast, analysis: Analysis, times: Times | None
) -> str:
    if mention.kind == "cast":
        return _member(document, cast[mention.name], analysis.resolved)
    if mention.kind == "shot":
        return _shot(mention, times)
    text = f"{mention.kind} **{mention.name}**"
    if mention.kind == "label" and mention.makes:
        shot = next((s for s in analysis.resolved.shots if _stands_in(mention, s)), None)
        action = next((a for a in shot.actions if a.id == mention.name), None) if shot else None
        if action:
            text += f"\n\nfrom {timing.clock(action.start)} to {timing.clock(action.end)} of the shot"
    return f"{text}\n\n{_code(mention.statement)}" if mention.makes else text


def _member(document: Document, declaration: ast.Declaration, film: resolved.Film) -> str:
    name, role = declaration.name.text, declaration.role
    lines = [f"{role} **{name}**"]
    if declaration.description:
        lines.append(f"“{declaration.description.value}”")
    if subject := film.subjects.get(name):
        why = _KIND_FROM[subject.kind_from].format(role=role)
        lines.append(f"drawn as a **{subject.reading.kind}**, {why}; {subject.height:g} m tall")
        if subject.count > 1:
            lines.append(f"a group of {subject.count}, spread over {subject.spread:.3g} m")
    if place := film.places.get(name):
        lines.append(f"set: **{place.set}**" + "".join(f", {f}" for f in place.features))
    home = home_of(declaration)
    if home != document.path:
        lines.append(f"from `{home.name}`")
    return "\n\n".join(lines)


def _shot(mention: Mention, times: Times | None) -> str:
    lines = [f"shot **{mention.name}**"]
    if times and mention.name in times.starts:
        start = times.starts[mention.name]
        end, whole = start + times.lengths[mention.name], timing.clock(times.total)
        lines.append(f"from {timing.clock(start)} to {timing.clock(end)} of the film's {whole}")
    return "\n\n".join(lines)


def _stands_in(mention: Mention, shot: resolved.Shot) -> bool:
    return isinstance(mention.owner, ast.Shot) and mention.owner.name.text == shot.name


# Words and values -----------------------------------------------------------------------


def _value(document: Document, spot: Spot, analysis: Analysis) -> str:
    node, prop = spot.node, property_of(spot)
    if prop and spot.attribute == "key":
        driven = "; `animate` can drive it" if prop.animatable else ""
        return f"**{prop.key}**: {prop.meaning}\n\ntakes {TYPES[prop.type][0]}{driven}"
    if isinstance(node, ast.Quantity):
        return _quantity(spot, node, analysis.resolved.fps, prop.type if prop else "")
    if isinstance(node, ast.Word) and (found := term_of(spot)):
        category, term = found
        return _term(TITLES.get(category, "Camera moves"), term)
    if isinstance(node, ast.Text) and isinstance(spot.parent, ast.Import):
        return f"`{(document.path.parent / node.value).resolve()}`"
    return ""


def _term(title: str, term: Term) -> str:
    lines = [f"**{term.word}**: {term.meaning}"]
    if isinstance(term, MoveTerm):
        lines.append(f"`{form(term)}`")
    if term.aliases:
        lines.append("also " + ", ".join(f"`{alias}`" for alias in term.aliases))
    return "\n\n".join([*lines, f"*{title}*"])


def _quantity(spot: Spot, quantity: ast.Quantity, fps: Fraction, kind: str) -> str:
    if timing.is_time(spot):
        time = timing.seconds(spot, quantity, fps)
        return f"{float(time):.6g} s, {float(time * fps):.6g} frames at {float(fps):.5g} a second"
    if isinstance(spot.parent, ast.Move) and (move := find_move(spot.parent.name.text)):
        kind = move.takes
    elif isinstance(spot.parent, ast.Lens):
        kind = "focal"
    if quantity.unit not in UNITS.get(kind, {}):
        kind = next((k for k, owned in UNITS.items() if quantity.unit in owned and k != "time"), "")
    if kind in ("", "number"):
        return ""
    unit = next((u for u, factor in UNITS[kind].items() if factor == 1.0), "").strip("/")
    value = units.focal(quantity) if kind == "focal" else units.number(quantity)
    shown = f"f/{value:g}" if kind == "aperture" else f"{value:.6g} {unit}".strip()
    return f"{shown} ({kind_name(kind).split(' ', 1)[1]})"


def _head(document: Document, word: str, start: int) -> str:
    """The meaning of the word that begins a statement, and how the statement is written."""
    context = context_at(document.source.text, start)
    if not word or context is None or context.statement.strip():
        return ""
    blocks = (context.block, *HEADS)
    term = next((t for b in blocks for t in HEADS.get(b, ()) if t.word == word), None)
    if term is None:
        return ""
    return f"**{word}**: {term.meaning}\n\n```scene\n{FORMS.get(word.upper(), word)}\n```"


def _word_at(text: str, offset: int) -> tuple[str, int]:
    start = end = offset
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "-_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "-_"):
        end += 1
    return text[start:end], start


def _code(node: ast.Node) -> str:
    return f"```scene\n{format_node(node.bare())}\n```"
