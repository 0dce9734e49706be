"""A policy on a film: every text of each shot, with what is said of its cast and place.

A refusal is a diagnostic like any other: it has the place of each text that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenelang.compiler.scope import NOWHERE
from scenelang.grammar import ast
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.source import Span
from scenelang.trust.policy import Match, Rule

if TYPE_CHECKING:
    from scenelang.compiler import resolved
    from scenelang.compiler.pipeline import Analysis
    from scenelang.trust.policy import Policy

CODES = {"deny": "P001", "warn": "P002", "label": "P003"}  # see codes.py
CONSENTABLE = ("likeness", "political-deepfake")
REAL = Rule("real-person", "likeness", ())  # whom the film declares `real`, without a consent


@dataclass(frozen=True)
class Told:
    """A text of a film and where it stands."""

    text: str
    span: Span
    about: frozenset[str] = frozenset()  # members of the cast whose description it holds


@dataclass(frozen=True)
class Findings:
    """What a policy says of a film."""

    diagnostics: tuple[Diagnostic, ...]

    @property
    def refused(self) -> bool:
        return any(d.code == CODES["deny"] for d in self.diagnostics)

    @property
    def labelled(self) -> bool:
        return any(d.code == CODES["label"] for d in self.diagnostics)


def judge(analysis: Analysis, policy: Policy, consents: frozenset[str] = frozenset()) -> Findings:
    """All that the policy finds. `consents` are members of the cast who agreed to be shown: the rules
    on likeness are not asked about what is said of them."""
    found: dict[Diagnostic, None] = {}
    for shot, told, cast in _shots(analysis):
        for match in policy.matches([t.text for t in told]):
            if match.category.name not in CONSENTABLE:
                found.setdefault(_diagnostic(shot, told, match), None)
        told = [t for t in told if not t.about & consents]
        for match in policy.matches([t.text for t in told]):
            if match.category.name in CONSENTABLE:
                found.setdefault(_diagnostic(shot, told, match), None)
        category = policy.categories[REAL.category]
        for person in (
            s for s in cast if s.real and s.name not in consents and category.action != "allow"
        ):
            match = Match(REAL, category, (person.name,), (0,))
            found.setdefault(_diagnostic(shot, [Told(person.name, person.span)], match), None)
    return Findings(tuple(sorted(found, key=lambda d: d.order)))


def _diagnostic(shot: str, told: list[Told], match: Match) -> Diagnostic:
    category, rule = match.category, match.rule
    first, *others = dict.fromkeys(match.lines)
    terms = " and ".join(f"“{t}”" for t in dict.fromkeys(match.terms))
    head = {"deny": "the policy refuses this", "warn": "the policy warns of this",
            "label": "the policy asks for a visible label"}[category.action]  # fmt: skip
    change = (
        'name their signed statement: `consent "FILE"`; see docs/trust.md'
        if rule is REAL
        else "say it otherwise, or see `scenelang policy --help` for a policy of your own"
        if category.overridable
        else "say it otherwise; this category can't be overridden"
    )
    return Diagnostic(
        code=CODES[category.action],
        severity="error" if category.action == "deny" else "warning",
        message=f"{head}: {category.reason} ({category.name}, rule {rule.id}, shot `{shot}`: {terms})",
        span=told[first].span,
        hint=change if category.action == "deny" else "",
        labels=tuple((told[i].span, "together with this") for i in others),
    )


def shown(analysis: Analysis) -> frozenset[str]:
    """The names of all who are in a shot, or spoken of in one."""
    return frozenset(subject.name for _, _, cast in _shots(analysis) for subject in cast)


def _shots(analysis: Analysis) -> Iterator[tuple[str, list[Told], list[resolved.Subject]]]:
    """Each shot with its texts and the cast that it names, or that the shot does which it continues: what people have
    become there they are here."""
    film = analysis.resolved
    everywhere, scenes, shots = _sorted(analysis.film)
    before: dict[str, tuple[set[str], list[Told]]] = {}
    for shot in film.shots:
        node = shots.get(shot.name)
        scene = scenes.get(shot.scene.name) if shot.scene else None
        nodes: list[ast.Node] = [n for n in (node, scene) if n is not None]
        told = [*everywhere, *(t for n in nodes for t in _texts(n))]
        names, done = before.get(shot.continues or "", (set(), []))
        done = done + [
            Told(f"{a.words} {a.manner}".strip(), a.span, frozenset((a.actor, *a.targets)))
            for a in shot.actions
        ]
        done += [
            t for b in (node.walk() if node else ()) if isinstance(b, ast.Becomes) for t in _texts(b)
        ]
        names = names | {n.text for node in nodes for n in _words(node)}
        before[shot.name] = names, done
        told += done
        cast = [subject for name, subject in film.subjects.items() if name in names]
        told += _said(cast, film.places.get(shot.place or ""))
        yield shot.name, _once(told), cast


def _once(told: list[Told]) -> list[Told]:
    return list({(t.text, t.span.file, t.span.start): t for t in told if t.text.strip()}.values())


def _sorted(film: ast.Film) -> tuple[list[Told], dict[str, ast.Scene], dict[str, ast.Shot]]:
    """Texts that hold in every shot, the scenes and the shots."""
    everywhere: list[Told] = []
    scenes: dict[str, ast.Scene] = {}
    shots: dict[str, ast.Shot] = {}
    for statement in film.statements:
        match statement:
            case ast.Header():
                everywhere += _texts(statement)
            case ast.Scene():
                scenes[statement.name.text] = statement
                shots.update({s.name.text: s for s in statement.body if isinstance(s, ast.Shot)})
            case ast.Shot():
                shots[statement.name.text] = statement
    return everywhere, scenes, shots


def _texts(node: ast.Node) -> list[Told]:
    """The quoted texts in a statement; those of a scene's shots belong to these alone."""
    found: list[Told] = []
    if isinstance(node, ast.Scene):
        for part in (node.slug, *(s for s in node.body if not isinstance(s, ast.Shot))):
            found += _texts(part) if part is not None else []
        return found
    if isinstance(node, ast.Text):
        return [Told(node.value, node.span or NOWHERE)]
    if isinstance(node, ast.Remark) and node.kind == "avoid":
        return []  # what shall not be seen
    if isinstance(node, ast.Field) and node.key.text in ("reference", "consent", "avoid"):
        return []  # a file's name, and what shall not be seen
    if isinstance(node, ast.Camera):
        return []  # its text is a file's name
    for value in node.meaning():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, ast.Node):
                found += _texts(item)
    return found


def _said(cast: list[resolved.Subject], place: resolved.Place | None) -> Iterator[Told]:
    """What is said of everybody whom the shot names, and of its place."""
    for subject in cast:
        for text in (subject.description, subject.wears, subject.mood, subject.voice):
            yield Told(text, subject.span, frozenset((subject.name,)))
    if place is not None:
        yield Told(place.description, place.span)


def _words(node: ast.Node) -> Iterator[ast.Word]:
    """The words of a statement, without those of a scene's shots."""
    parts = (
        [s for s in node.body if not isinstance(s, ast.Shot)] if isinstance(node, ast.Scene) else [node]
    )
    for part in parts:
        yield from (n for n in part.walk() if isinstance(n, ast.Word))
