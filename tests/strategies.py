"""Hypothesis strategies for whole films, over all of the vocabulary, as syntax trees.

The films are well-formed: names are declared, times lie in their shot, labels exist,
moves take what they need, so that a film means something as well as being readable.
Nodes are canonical, as the parser makes them, and have no places or comments.
"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from strategies_values import (
    NAMES,
    STILL_VERBS,
    TYPES,
    VERBS,
    amount,
    fields,
    intervals,
    points,
    quantities,
    ratios,
    speeds,
    terms,
    texts,
    word,
)

from scenelang.grammar import ast
from scenelang.grammar.vocabulary import MOVES, PROPERTIES

SHOT_SECONDS = 8  # the longest a generated shot lasts

# The camera -----------------------------------------------------------------------------

_AMOUNTS = {
    "angle": quantities("deg", 1, 30, 0),
    "length": quantities("m", "0.1", 2) | quantities("cm", 5, 90, 0),
}


@st.composite
def moves(draw: DrawFn, names: list[str]) -> ast.Move:
    term = draw(st.sampled_from(MOVES))
    direction = word(draw(st.sampled_from(term.directions))) if term.directions else None
    measure = draw(st.sampled_from(["amount", "speed", ""])) if term.takes else ""
    measure = "speed" if term.word == "zoom" else measure  # an amount may lie the other way
    side = word(draw(st.sampled_from(term.sides))) if term.sides and draw(st.booleans()) else None
    return ast.Move(
        name=word(term.word),
        direction=direction,
        amount=draw(_AMOUNTS[term.takes]) if measure == "amount" else None,
        speed=draw(terms("speed")) if measure == "speed" else None,
        target=word(draw(st.sampled_from(names))) if term.target else None,
        side=side,
    )


def move_spans(names: list[str]) -> SearchStrategy[ast.MoveSpan]:
    one = st.lists(moves(names), min_size=1, max_size=2, unique_by=lambda move: move.name.text).filter(
        lambda together: len(together) == 1 or all(move.name.text != "hold" for move in together)
    )
    return st.builds(ast.MoveSpan, moves=one.map(tuple), ease=st.none() | terms("ease"))


def _spans(seconds: int, of: SearchStrategy[ast.MoveSpan]) -> SearchStrategy[tuple[ast.MoveSpan, ...]]:
    """Spans that follow each other, so that no two moves contradict each other."""

    def place(spans: list[ast.MoveSpan]) -> tuple[ast.MoveSpan, ...]:
        step = Decimal(seconds) / max(1, len(spans))
        edges = [amount((step * n).quantize(Decimal("0.01")), "s") for n in range(len(spans) + 1)]
        timed = zip(spans, edges, edges[1:])
        return tuple(s.model_copy(update={"during": ast.Interval(start=a, end=b)}) for s, a, b in timed)

    return st.lists(of, max_size=3).map(place)


@st.composite
def steadiness(draw: DrawFn) -> ast.Steadiness:
    how = draw(terms("steadiness"))
    return ast.Steadiness(word=how, amount=draw(ratios) if how.text == "handheld" else None)


@st.composite
def cameras(draw: DrawFn, names: list[str], seconds: int) -> ast.Camera:
    height, distance = draw(quantities("m", "0.5", 3)), draw(quantities("m", 2, 9))
    start = ast.Point(coordinates=(draw(quantities("m", -2, 2)), height, distance))
    spans = draw(_spans(seconds, move_spans(names)))
    steady = (draw(steadiness()),) if draw(st.booleans()) else ()
    looking = draw(st.none() | st.sampled_from(names).map(word) | points)
    return ast.Camera(start=draw(st.none() | st.just(start)), looking=looking, body=spans + steady)


@st.composite
def framings(draw: DrawFn, names: list[str]) -> ast.Framing:
    size = draw(terms("size", "framing"))
    wanted = {"two-shot": 2, "over-the-shoulder": 2, "three-shot": 3}.get(size.text, 1)
    if len(names) < wanted:
        size, wanted = word("wide"), 1
    chosen = [word(name) for name in names[:wanted]]
    of = chosen.pop(0) if size.text == "over-the-shoulder" else None
    return ast.Framing(size=size, of=of, on=tuple(chosen), at=draw(st.none() | terms("composition")))


@st.composite
def views(draw: DrawFn) -> ast.Angle:
    tilt = ast.AnglePart(word=word("dutch"), amount=draw(st.none() | quantities("deg", -20, 20, 0)))
    height = draw(terms("angle").filter(lambda w: w.text != "dutch"))
    parts = draw(
        st.sampled_from([(ast.AnglePart(word=height),), (ast.AnglePart(word=height), tilt), (tilt,)])
    )
    return ast.Angle(parts=parts)


lenses = st.builds(
    ast.Lens,
    focal=quantities("mm", 18, 100, 0) | terms("lens"),
    aperture=st.none() | st.sampled_from(["1.4", "2.8", "4"]).map(lambda n: amount(n, "f/")),
)


# Light, air, keys -----------------------------------------------------------------------


@st.composite
def lights(draw: DrawFn, names: list[str]) -> tuple[ast.Light, ...]:
    found = []
    for name in draw(st.lists(st.sampled_from(["sun", "neon", "lamp"]), unique=True, max_size=2)):
        on = draw(st.none() | st.sampled_from(names).map(word))
        own = tuple(f for f in draw(fields("light")) if on is None or f.key.text != "from")
        role, text = draw(terms("role")), draw(st.none() | texts)
        found.append(ast.Light(name=word(name), on=on, role=role, text=text, fields=own))
    return tuple(found)


@st.composite
def air(draw: DrawFn, names: list[str]) -> tuple[ast.Particles, ...]:
    kinds = draw(st.lists(terms("particles"), unique=True, max_size=2))
    return tuple(
        ast.Particles(kind=kind, text=draw(st.none() | texts), fields=draw(fields("particles", names)))
        for kind in kinds
    )


@st.composite
def animations(draw: DrawFn, path: tuple[str, str], names: list[str], seconds: int) -> ast.Animate:
    target, prop = path
    times = sorted(draw(st.lists(st.integers(0, seconds * 4), min_size=1, max_size=3, unique=True)))
    values: SearchStrategy[ast.Value]
    if target == "focus":
        values = st.sampled_from(names).map(word) | quantities("m", 1, 9)
    elif target == "lens":
        values = quantities("mm", 24, 85, 0)
    else:
        found = next(p for o in ("light", "particles") for p in PROPERTIES[o] if p.key == prop)
        values = speeds if found.type == "wind" else TYPES[found.type].map(lambda value: value[0])
    keys = [
        ast.Key(value=draw(values), at=amount(Decimal(t) / 4, "s"), ease=draw(st.none() | terms("ease")))
        for t in times
    ]
    return ast.Animate(target=word(target), property=word(prop) if prop else None, keys=tuple(keys))


def _paths(lit: tuple[ast.Light, ...], air: tuple[ast.Particles, ...]) -> list[tuple[str, str]]:
    """What can be animated in a shot."""
    owned = [("light", light.name.text) for light in lit] + [("particles", p.kind.text) for p in air]
    paths = [(name, p.key) for owner, name in owned for p in PROPERTIES[owner] if p.animatable]
    return [("focus", ""), ("lens", ""), *paths]


# What happens ---------------------------------------------------------------------------


@st.composite
def blockings(draw: DrawFn, names: list[str]) -> tuple[ast.Blocking, ...]:
    """Each subject at most once, no two in one place."""
    found = []
    for n, name in enumerate(draw(st.lists(st.sampled_from(names), unique=True, max_size=3))):
        at = ast.Point(coordinates=(amount(n * 2 - 1, "m"), draw(quantities("m", -3, 0))))
        facing = draw(st.none() | st.sampled_from(["camera", "away", "left", "right"]).map(word))
        pose = draw(st.none() | terms("pose"))
        found.append(ast.Blocking(subject=word(name), at=at, facing=facing, pose=pose))
    return tuple(found)


@st.composite
def _words(draw: DrawFn, names: list[str], verbs: list[str]) -> tuple[ast.Value, ...]:
    verb: list[ast.Value] = [word(draw(st.sampled_from(verbs)))]
    way: ast.Value = draw(st.sampled_from(["forward", "away"]).map(word) | quantities("m", 1, 4, 0))
    whom = word(draw(st.sampled_from(names)))
    rest = draw(st.sampled_from([[], [way], [word("to"), whom], [whom, word("to"), word("camera")]]))
    quoted = [draw(texts)] if draw(st.integers(0, 5)) == 0 else []
    return (*verb, *rest, *quoted)


@st.composite
def events(draw: DrawFn, names: list[str], seconds: int) -> tuple[ast.ShotStatement, ...]:
    """Actions one after the other; some wait for an earlier one that has an end."""
    found: list[ast.ShotStatement] = []
    ended: list[str] = []
    moved: set[str] = set()  # nobody goes two ways at the same time
    for n in range(draw(st.integers(0, 4))):
        actor = word(draw(st.sampled_from(names)))
        when: ast.When | None = None
        if ended and draw(st.booleans()):
            when = ast.When(after=word(draw(st.sampled_from(ended))))
        elif draw(st.booleans()):
            when = ast.When(during=draw(intervals(seconds)))
        label = word(f"beat{n}") if draw(st.booleans()) else None
        if label and when and when.during and when.during.end:
            ended.append(label.text)
        kind = draw(st.integers(0, 4))
        if kind == 0:
            found.append(ast.Says(when=when, actor=actor, line=draw(texts), label=label))
        elif kind == 1:
            found.append(ast.Becomes(when=when, actor=actor, description=draw(texts), label=label))
        else:
            verbs = STILL_VERBS if actor.text in moved else VERBS
            moved.add(actor.text)
            manner, words = draw(st.none() | texts), draw(_words(names, verbs))
            found.append(ast.Action(when=when, actor=actor, words=words, manner=manner, label=label))
    return tuple(found)


@st.composite
def rack_focus(draw: DrawFn, names: list[str], seconds: int) -> ast.RackFocus:
    when = ast.When(during=draw(intervals(seconds)))
    return ast.RackFocus(
        when=when, target=word(draw(st.sampled_from(names))), ease=draw(st.none() | terms("ease"))
    )


expectations = st.builds(
    lambda *items: tuple(item for item in items if item),
    st.builds(ast.Expectation, what=st.just(word("camera")), value=terms("seen")),
    st.none()
    | st.builds(ast.Expectation, what=st.just(word("subjects")), value=quantities("", 1, 9, 0)),
    st.none() | st.builds(ast.Expectation, what=st.just(word("frame")), value=terms("size")),
)


def going_on(shot: ast.Shot, before: ast.Shot) -> ast.Shot:
    """The shot as one that goes on from the one before, without what that take already has."""
    given = (ast.Framing, ast.Angle, ast.Lens)
    kept = [
        s.model_copy(update={"start": None, "looking": None}) if isinstance(s, ast.Camera) else s
        for s in shot.body
        if not isinstance(s, given)
    ]
    body = (ast.Continue(shot=before.name), *kept)
    return shot.model_copy(update={"place": None, "body": body})


@st.composite
def shot_bodies(draw: DrawFn, names: list[str], seconds: int) -> tuple[ast.ShotStatement, ...]:
    body: list[ast.ShotStatement] = [draw(framings(names))]
    if draw(st.booleans()):
        body.append(draw(views()))
    if draw(st.booleans()):
        body.append(draw(lenses))
    if draw(st.booleans()):
        body.append(draw(cameras(names, seconds)))
    lit, particles = draw(lights(names)), draw(air(names))
    body += [*lit, *particles]
    paths = _paths(lit, particles)
    chosen = draw(st.lists(st.sampled_from(paths), unique=True, max_size=2))
    body += [draw(animations(path, names, seconds)) for path in chosen]
    if ("focus", "") not in chosen and draw(st.booleans()):
        focus = st.sampled_from([*names, "deep"]).map(lambda name: ast.Focus(on=word(name)))
        body.append(draw(focus | rack_focus(names, seconds)))
    kinds = draw(st.lists(st.sampled_from(["look", "avoid", "sound", "note"]), unique=True, max_size=2))
    body += [ast.Remark(kind=kind, text=draw(texts)) for kind in kinds]
    if draw(st.booleans()):
        body.append(ast.Seed(number=draw(quantities("", 0, 99, 0))))
    if draw(st.booleans()):
        body.append(ast.Speed(amount=draw(quantities("%", 10, 300, 0))))
    if draw(st.booleans()):
        body.append(ast.Expect(items=draw(expectations)))
    return (*body, *draw(blockings(names)), *draw(events(names, seconds)))


@st.composite
def shots(draw: DrawFn, name: str, names: list[str], places: list[str]) -> ast.Shot:
    seconds = draw(st.integers(2, SHOT_SECONDS))
    place = draw(st.none() | st.sampled_from(places).map(word))
    body, title = draw(shot_bodies(names, seconds)), draw(st.none() | texts)
    return ast.Shot(name=word(name), title=title, duration=amount(seconds, "s"), place=place, body=body)


transitions = st.one_of(
    st.just(ast.Transition(kind="cut")),
    st.builds(ast.Transition, kind=st.just("dissolve"), duration=quantities("f", 2, 12, 0)),
    st.builds(
        ast.Transition,
        kind=st.just("wipe"),
        direction=st.sampled_from(["left", "right", "up", "down"]).map(word),
        duration=st.just(amount(1, "s")),
    ),
)


@st.composite
def declarations(draw: DrawFn, role: str, name: str) -> ast.Declaration:
    kind = draw(st.none() | terms("kind")) if role != "place" else None
    text = draw(texts)
    return ast.Declaration(
        role=role, name=word(name), description=text, kind=kind, fields=draw(fields(role))
    )  # type: ignore[arg-type]


@st.composite
def films(draw: DrawFn) -> ast.Film:
    """A whole film: a cast, and one to three shots, some of them in a scene."""
    taken = draw(st.lists(NAMES, min_size=3, max_size=5, unique=True))
    places, names = taken[:1], taken[1:]
    statements: list[ast.Statement] = [ast.Version(number=amount(1, ""))]
    if draw(st.booleans()):
        statements.append(ast.Header(title=draw(texts), fields=draw(fields("film"))))
    statements.append(draw(declarations("place", places[0])))
    roles = st.sampled_from(["character", "prop"])
    statements += [draw(declarations(draw(roles), name)) for name in names]
    parts: list[ast.Shot | ast.Transition] = []
    for n in range(draw(st.integers(1, 3))):
        shot = draw(shots(f"s{n + 1:02}0", names, places))
        if parts and draw(st.integers(0, 3)) == 0:
            shot = going_on(shot, [p for p in parts if isinstance(p, ast.Shot)][-1])
        elif parts and draw(st.booleans()):
            parts.append(draw(transitions))
        parts.append(shot)
    if draw(st.booleans()):
        axis = (ast.Axis(start=word(names[0]), end=word(names[1])),) if draw(st.booleans()) else ()
        body = (*draw(blockings(names)), *axis, *draw(lights(names)), *draw(air(names)), *parts)
        place = draw(st.none() | st.just(word(places[0])))
        statements.append(
            ast.Scene(name=word("scene-one"), slug=draw(st.none() | texts), place=place, body=body)
        )
    else:
        statements += parts
    if draw(st.booleans()):
        statements.append(ast.Transition(kind="fade out", duration=amount(1, "s")))
    return ast.Film(statements=tuple(statements))
