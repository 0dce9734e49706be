"""Prompts for the segments of a shot, in the dialect of a model family (Jinja templates)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.wording import moments, subject_words

if TYPE_CHECKING:
    import jinja2

# dialect -> its template and whom it is for
DIALECTS = {
    "plain": "prose sentences, for any text-to-video model",
    "maquette": "the bundled model's controlled vocabulary: kinds, colours, places, light, particles",
}


# dialects of a closed vocabulary: words of the tables, none of the film's own
CLOSED = ("maquette",)


@dataclass(frozen=True)
class Prompt:
    frames: tuple[int, int]  # half-open, in the shot
    text: str
    negative: str


@cache
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("scenelang.compiler", "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # the text goes to a tokenizer, not to a browser
    )
    environment.filters["upfirst"] = lambda text: text[:1].upper() + text[1:]
    return environment


def prompts(plan: Plan, shot: ShotPlan, dialect: str = "plain") -> list[Prompt]:
    """One prompt a segment. Raises KeyError for an unknown dialect."""
    if dialect not in DIALECTS:
        raise KeyError(dialect)
    template = _environment().get_template(f"{dialect}.j2")
    return [
        Prompt(segment.frames, _tidy(template.render(**asdict(moment))), moment.avoid)
        for segment, moment in zip(shot.segments, moments(plan, shot, dialect in CLOSED))
    ]


def subject_prompts(plan: Plan, shot: ShotPlan, subject: str, dialect: str = "plain") -> list[str]:
    """What a subject is and does, in each frame of the shot. Raises KeyError for an unknown dialect."""
    if dialect not in DIALECTS:
        raise KeyError(dialect)
    template = _environment().get_template(f"{dialect}-subject.j2")
    track = next(t for t in shot.subjects if t.subject == subject)
    changes = {0, *(s[0] for s in track.states), *(f for p in track.poses for f in p.frames)}
    changes |= {f for start, end, _ in track.held_by for f in (start, end)}
    texts: list[str] = []
    for start, end in pairwise([*sorted(c for c in changes if 0 <= c < shot.frames), shot.frames]):
        said = _tidy(template.render(**subject_words(plan, shot, subject, start)))
        texts += [said] * (end - start)
    return texts


def _tidy(text: str) -> str:
    """Single spaces, no space before a stop, no doubled stops."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([,.;])", r"\1", text)
    return re.sub(r"([,.;])(?:\s*[,.;])+", r"\1", text)
