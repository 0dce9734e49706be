"""Prompts for the segments of a shot, in the dialect of a model family (Jinja templates)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from scenelang.compiler.camera_words import camera_words
from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.compiler.wording import moments, subject_words

if TYPE_CHECKING:
    import jinja2

# dialect -> its template and whom it is for
DIALECTS = {
    "plain": "prose sentences, for any text-to-video model",
    "maquette": "the bundled model's controlled vocabulary: kinds, colours, places, light, particles",
    "wan": "Wan 2.1 and 2.2: who and where, what happens, the camera in Wan's words, light, style",
    "wan-seen": "Wan models that see the camera: as `wan`, without words for it",
    "sana-wm": "SANA-WM: the place and what happens in it over the whole shot; the camera is given as poses",
    "ltx": "LTX-2: one paragraph in order of time, with sound and speech",
}


# dialects of a closed vocabulary: words of the tables, none of the film's own
CLOSED = ("maquette",)
# dialects that tell the whole shot in one text, for models that can't change their text over time
TELLING = ("sana-wm", "ltx")
# dialects that have words for each subject alone; others say subjects in the shot's prompt only
OF_SUBJECTS = ("plain", "maquette")
# dialects that say a shallow or a deep depth of field
OF_FOCUS = ("wan", "wan-seen", "ltx")
# tokens that a family's text encoder reads of a prompt; what is behind them is cut off
TOKENS = {"wan": 512, "wan-seen": 512, "sana-wm": 300, "ltx": 1024}
# tokens a word that its tokenizers need for English prose, a little more than was counted
TOKENS_A_WORD = 1.5


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
    environment.filters["camera"] = lambda move, family: camera_words(move[0], move[1], family)
    return environment


def prompts(plan: Plan, shot: ShotPlan, dialect: str = "plain") -> list[Prompt]:
    """One prompt a segment; in a dialect that tells the whole shot, the same in all of them.

    Raises KeyError for an unknown dialect."""
    if dialect not in DIALECTS:
        raise KeyError(dialect)
    template = _environment().get_template(f"{dialect}.j2")
    if dialect in TELLING:
        every = [asdict(m) for m in moments(plan, shot)]
        for before, after in pairwise([every[0], *every]):
            after["changes"] = _changes(before, after)
        told = _tidy(template.render(**every[0], moments=every))
        return [Prompt(segment.frames, told, shot.avoid) for segment in shot.segments]
    return [
        Prompt(segment.frames, _tidy(template.render(**asdict(moment))), moment.avoid)
        for segment, moment in zip(shot.segments, moments(plan, shot, dialect in CLOSED))
    ]


def subject_prompts(plan: Plan, shot: ShotPlan, subject: str, dialect: str = "plain") -> list[str]:
    """What a subject is and does, in each frame of the shot. Raises KeyError for a dialect that has no
    words for a subject alone."""
    if dialect not in OF_SUBJECTS:
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


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """`a red candle becomes a melted candle`, of the subjects that look different than a moment before."""
    pairs = zip(before["subjects"], after["subjects"], strict=True)
    said = [(a["description"], b["description"]) for a, b in pairs]
    return [f"{a} becomes {b}" for a, b in said if a != b]


def too_long(text: str, dialect: str) -> int:
    """About how many tokens a prompt has, where that is more than the family reads; else 0."""
    tokens = round(len(text.split()) * TOKENS_A_WORD)
    return tokens if tokens > TOKENS.get(dialect, tokens) else 0


def _tidy(text: str) -> str:
    """Single spaces, no space before a stop, no doubled stops."""
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([,.;])", r"\1", text)
    text = re.sub(r"([,.;])(?:\s*[,.;])+", r"\1", text)
    return re.sub(r'([.!?…]")\.', r"\1", text)  # speech that ends in a stop of its own
