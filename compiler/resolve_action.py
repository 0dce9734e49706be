"""Actions, dialogue and changes: when they happen, who they name, what previz knows of them."""

from __future__ import annotations

from fractions import Fraction

from scenelang.compiler import lexicon, resolved, units
from scenelang.compiler.resolve_camera import interval_of
from scenelang.compiler.scope import NOWHERE, Scope
from scenelang.grammar import ast, vocabulary
from scenelang.grammar.diagnostics import did_you_mean
from scenelang.grammar.record import Record

_TOWARD = ("to", "toward", "towards", "into", "at", "vers")
_WAYS = {
    "forward": "forward", "forwards": "forward", "ahead": "forward", "back": "backward", "backward": "backward",
    "backwards": "backward", "left": "left", "right": "right", "up": "up", "down": "down", "away": "away",
}  # fmt: skip


class _Happening(Record):
    """When an action takes place; `open` ones run to the shot's end for want of another."""

    start: Fraction
    end: Fraction
    open: bool
    node: ast.Node


def resolve_actions(
    shot: ast.Shot, film: resolved.Film, duration: Fraction, scope: Scope
) -> tuple[tuple[resolved.Action, ...], tuple[resolved.Line, ...], tuple[resolved.Change, ...]]:
    actions: list[resolved.Action] = []
    lines: list[resolved.Line] = []
    changes: list[resolved.Change] = []
    nodes = [s for s in shot.body if isinstance(s, ast.Action | ast.Says | ast.Becomes)]
    labels = {n.label.text: n for n in nodes if n.label is not None}
    when: dict[str, _Happening] = {}
    for node in nodes:
        happening = _when(node, labels, when, film.fps, duration, scope)
        actor = scope.subject(node.actor, ())
        if happening is None:
            continue
        if node.label is not None:
            when[node.label.text] = happening
        if actor is None:
            continue
        if isinstance(node, ast.Says):
            lines.append(
                resolved.Line(happening.start, _line_end(node, happening), actor, node.line.value)
            )
        elif isinstance(node, ast.Becomes):
            text = node.description.value
            changes.append(resolved.Change(happening.start, actor, text, lexicon.read(text)))
        else:
            id_ = node.label.text if node.label else f"{actor}-{len(actions) + 1}"
            actions.append(_action(node, id_, actor, happening, film, scope))
    return tuple(actions), tuple(lines), tuple(changes)


def _line_end(node: ast.Says, happening: _Happening) -> Fraction:
    """A line with no end of its own lasts as long as it takes to say."""
    if not happening.open:
        return happening.end
    return min(happening.end, happening.start + speaking_time(node.line.value))


def speaking_time(text: str) -> Fraction:
    """Seconds that it takes to say a text, at some 14 characters a second."""
    return max(Fraction(1), Fraction(len(text), 14))


def _when(
    node: ast.Action | ast.Says | ast.Becomes,
    labels: dict[str, ast.Action | ast.Says | ast.Becomes],
    when: dict[str, _Happening],
    fps: Fraction,
    duration: Fraction,
    scope: Scope,
) -> _Happening | None:
    said = node.when
    if said is None or said.after is None:
        during = said.during if said else None
        interval = interval_of(during, fps, duration, scope)
        if interval is None:
            return None
        return _Happening(*interval, during is None or during.end is None, node)
    earlier = when.get(said.after.text)
    if earlier is None:
        later = " (it stands further down)" if said.after.text in labels else ""
        scope.findings.error(
            "C011", said.after, f"no action before this one is called `{said.after.text}`{later}",
            did_you_mean(said.after.text, [*when]) or "give that action a label: `0s..2s mara waits as waits`",
        )  # fmt: skip
        return None
    if earlier.open:
        at = [(earlier.node.span, "this one runs to the end of the shot")] if earlier.node.span else []
        scope.findings.error(
            "C012", said.after, f"`{said.after.text}` has no end that anything could come after",
            "give it one: `0s..2s …`, or `after … for 2s`", labels=at,
        )  # fmt: skip
        return None
    start = earlier.end
    end = start + units.seconds(said.lasting, fps, duration) if said.lasting else duration
    if end > duration or start >= duration:
        if start >= duration:
            message = f"`{said.after.text}` lasts to the end of the shot: nothing can come after it"
        else:
            message = (
                f"this would end at {float(end):g}s, outside the shot, which lasts {float(duration):g}s"
            )
        scope.findings.error(
            "C010", said.lasting or said.after, message, "shorten it, or make the shot longer"
        )
        return None
    return _Happening(start, end, said.lasting is None, node)


def _action(
    node: ast.Action, id_: str, actor: str, happening: _Happening, film: resolved.Film, scope: Scope
) -> resolved.Action:
    targets: list[str] = []
    prose: list[str] = []
    goal: resolved.Target | None = None
    way, distance = "", None
    previous = ""
    for word in node.words:
        if isinstance(word, ast.Word):
            if scope.is_subject(word.text):
                scope.used.add(word.text)
                targets.append(word.text)
                prose.append(called(film.subjects[word.text]))
                if previous in _TOWARD:
                    goal = word.text
            else:
                prose.append(word.text)
                if word.text == "camera" and previous in _TOWARD:
                    goal = "camera"
                way = way or _WAYS.get(word.text, "")
            previous = word.text.casefold()
        elif isinstance(word, ast.Quantity):
            if word.unit in vocabulary.UNITS["length"]:
                distance = units.number(word)
            prose.append(f"{word.number:f}{word.unit}")
        elif isinstance(word, ast.Point):
            goal = units.point(word)
        elif isinstance(word, ast.Text):
            prose.append(word.value)
    first = next(iter(node.words), None)  # none where all of them were misread
    verb = first.text if isinstance(first, ast.Word) else ""
    term = vocabulary.find("verb", verb)
    return resolved.Action(
        id_, happening.start, happening.end, actor, verb, term.word if term else None, " ".join(prose),
        node.manner.value if node.manner else "", tuple(targets), goal, way, distance, node.span or NOWHERE,
    )  # fmt: skip


def called(subject: resolved.Subject) -> str:
    """What a subject is called in prose: its description up to the first comma or `with`."""
    return lexicon.short_form(subject.description) or subject.name
