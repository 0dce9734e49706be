"""The film's dialogue as captions: when each line is spoken, and as SubRip text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from scenelang.compiler.plan import Plan

LINE_CELLS = 42  # the usual most of a subtitle line, in columns; a wide (CJK) character has two
LEAST_SECONDS = Fraction(1)
CELLS_A_SECOND = 17  # what a grown reader reads with ease


@dataclass(frozen=True)
class Caption:
    """A line of dialogue on the film's timeline, in exact seconds, half-open."""

    start: Fraction
    end: Fraction
    speaker: str
    text: str


def captions_of(plan: Plan) -> list[Caption]:
    """Every line of the film when it is spoken, in order of time."""
    spoken = [
        Caption(
            start=(entry.start + line.frames[0]) / plan.rate,
            end=(entry.start + line.frames[1]) / plan.rate,
            speaker=line.speaker,
            text=line.text,
        )
        for entry in plan.edit
        for line in plan.shot(entry.shot).dialogue
    ]
    return sorted(spoken, key=lambda caption: (caption.start, caption.end))


def readable(captions: Iterable[Caption], until: Fraction | None = None) -> list[Caption]:
    """The captions kept on screen as long as reading them takes, but not into the next one.

    None is cut short, and none is carried past `until`, the film's end in seconds.
    """
    ordered = sorted(captions, key=lambda caption: (caption.start, caption.end))
    shown = []
    for i, caption in enumerate(ordered):
        end = caption.start + max(LEAST_SECONDS, Fraction(cells(caption.text), CELLS_A_SECOND))
        if i + 1 < len(ordered):
            end = min(end, ordered[i + 1].start)
        if until is not None:
            end = min(end, until)
        shown.append(replace(caption, end=max(end, caption.end)))
    return shown


def to_srt(captions: Iterable[Caption]) -> str:
    """SubRip text: numbered from 1, times to the millisecond, lines wrapped to be read."""
    cues = []
    for number, caption in enumerate(captions, start=1):
        times = f"{timecode(caption.start)} --> {timecode(caption.end)}"
        # Players look for the arrow to find the times, wherever it stands.
        text = wrap(caption.text.replace("-->", "→"))
        cues.append(f"{number}\n{times}\n{text}\n")
    return "\n".join(cues)


def timecode(seconds: Fraction) -> str:
    """`HH:MM:SS,mmm`, rounded to the nearest millisecond."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"


def on_screen(captions: Iterable[Caption]) -> list[tuple[Fraction, Fraction, str]]:
    """What stands on screen from when to when, gapless spans that don't overlap; nothing is "".

    Lines spoken at once stand together, each with a dash, as subtitles do. Timed-text tracks
    hold one text at a time, so this is what they are made of.
    """
    spoken = list(captions)
    edges = sorted({Fraction(0), *(c.start for c in spoken), *(c.end for c in spoken)})
    spans = []
    for start, end in pairwise(edges):
        lines = [wrap(c.text) for c in spoken if c.start < end and start < c.end]
        text = "\n".join(f"- {line}" for line in lines) if len(lines) > 1 else "".join(lines)
        spans.append((start, end, text))
    return spans


def cells(text: str) -> int:
    """The columns that text takes: two for a wide character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def wrap(text: str, width: int = LINE_CELLS) -> str:
    """The text in as few lines of at most `width` columns as it needs, about equally long."""
    lines = _fill(text, width)
    longest = max(map(cells, lines), default=0)
    while longest > 1:
        tighter = _fill(text, longest - 1)
        reached = max(map(cells, tighter), default=0)
        if len(tighter) > len(lines) or reached >= longest:
            break
        lines, longest = tighter, reached
    return "\n".join(lines)


_WIDE = r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_CLOSING = "[、。，．！？：；」』）〕】》ー…]"
# A unit that a line isn't broken in: a word, or a wide character and what closes after it.
_UNIT = re.compile(rf"\s*(?:{_WIDE}{_CLOSING}*|(?:(?!{_WIDE})\S)+)")


def _fill(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for unit in _UNIT.findall(text):
        if lines and cells(lines[-1] + unit) <= width:
            lines[-1] += re.sub(r"\s+", " ", unit)
        else:
            lines.append(unit.strip())
    return lines
