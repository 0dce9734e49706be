"""Fountain 1.1 (fountain.io/syntax) to the elements of a screenplay.

Refuses no text, and takes time in proportion to its length. Cues, headings and transitions may
be in any script that has capitals; in others they are forced with `@`, `.` and `>`.
"""

from __future__ import annotations

import re

from scenelang.interchange.fountain_marks import notes_apart, plain, without_boneyard
from scenelang.interchange.screenplay import (
    Action,
    Centred,
    Element,
    Heading,
    Lyric,
    Note,
    PageBreak,
    Part,
    Screenplay,
    Section,
    Speech,
    Synopsis,
    Transition,
)

_HEADING = re.compile(r"(?:INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I/E)(?:\s*\.|\s)", re.IGNORECASE)
_NUMBER = re.compile(r"#([\w.-]+)#$")
_TRANSITION = re.compile(r".*\bTO:|FADE (?:IN|OUT|TO BLACK)[.:]?")
_KEY = re.compile(r"(\w[^\s:]*(?: [^\s:]+){0,2}):(.*)")
_PLACE_OF_NOTE = re.compile("\0([0-9]+)\0")
_LONGEST_CUE = 120


def parse(text: str) -> Screenplay:
    """The screenplay in a text with `\\n` for newlines."""
    text, notes = notes_apart(without_boneyard(text.replace("\0", "")))
    return _Reader(text.split("\n"), notes).read()


def is_heading(line: str) -> bool:
    """Whether a line begins as a heading does that isn't forced: `INT. `, `EXT. ` and so on."""
    return bool(_HEADING.match(line))


class _Reader:
    """Goes through the lines; `fresh` says that an empty line, or nothing, stands above."""

    def __init__(self, lines: list[str], notes: list[str]) -> None:
        self.lines, self.notes = lines, notes
        self.at = 0
        self.fresh = True
        self.elements: list[Element] = []

    def read(self) -> Screenplay:
        title_page = self._title_page()
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            text, notes = self._apart(line)
            if not line:
                self.fresh = True
                self.at += 1
            elif not text:  # notes alone: as if the line weren't there
                self.elements += [Note(note) for note in notes]
                self.at += 1
            else:
                self._element(text)
                self.fresh = False
        return Screenplay(title_page, tuple(self.elements))

    def _title_page(self) -> dict[str, str]:
        """`Key: value` lines at the very top, up to an empty line."""
        first = next((i for i, line in enumerate(self.lines) if line.strip()), 0)
        found: dict[str, list[str]] = {}
        key = ""
        for at in range(first, len(self.lines)):
            line = self.lines[at]
            match = _KEY.fullmatch(line.rstrip())
            if not line.strip():
                break
            if line.startswith(("\t", "   ")) and key:
                found[key].append(line.strip())
            elif match and not is_heading(line) and (match[2].strip() or self._indented(at + 1)):
                key = match[1].lower()
                found[key] = [match[2].strip()]
            else:
                return {}
        if found:
            self.at = at + 1
        return {k: " ".join(plain(self._apart(t)[0]) for t in v if t) for k, v in found.items()}

    def _indented(self, at: int) -> bool:
        return at < len(self.lines) and self.lines[at].startswith(("\t", "   ")) and not self._blank(at)

    def _blank(self, at: int) -> bool:
        return at >= len(self.lines) or not self.lines[at].strip()

    def _apart(self, line: str) -> tuple[str, tuple[str, ...]]:
        """A line's text, and its notes."""
        notes = tuple(self.notes[int(number)] for number in _PLACE_OF_NOTE.findall(line))
        return " ".join(_PLACE_OF_NOTE.sub(" ", line).split()) if notes else line.strip(), notes

    def _element(self, text: str) -> None:
        """The element that begins in this line."""
        single = self._single(text)
        if single is not None:
            self.elements.append(single)
            self.elements += [Note(note) for note in self._apart(self.lines[self.at])[1]]
            self.at += 1
        elif self.fresh and self._is_cue(text):
            self._speech(text)
        else:
            self._action()

    def _single(self, text: str) -> Element | None:
        """An element of one line, or None."""
        first = text[0]
        if first == "=":
            return (
                PageBreak()
                if len(text) > 2 and not text.strip("=")
                else Synopsis(plain(text[1:].strip()))
            )
        if first == "#":
            title = text.lstrip("#")
            return Section(plain(title.strip()), len(text) - len(title))
        if first == "~":
            return Lyric(plain(text[1:].strip()))
        if first == ">" and text.endswith("<") and len(text) > 1:
            return Centred(plain(text[1:-1].strip()))
        if not self.fresh:
            return None
        if first == ">":
            return Transition(plain(text[1:].strip()))
        forced = first == "." and text[1:2].isalnum()
        if forced or is_heading(text):  # an empty line below is asked for, but often forgotten
            heading = text[forced:].strip()
            number = _NUMBER.search(heading)
            return Heading(
                plain(heading[: number.start()].strip() if number else heading),
                number[1] if number else "",
            )
        if text.isupper() and self._blank(self.at + 1) and _TRANSITION.fullmatch(text):
            return Transition(plain(text))
        return None

    def _is_cue(self, text: str) -> bool:
        """Capitals (but for what stands in parentheses), and something said in the next line."""
        if len(text) > _LONGEST_CUE:
            return False
        if text[0] == "@":
            return bool(_cue(text[1:])[0])
        return text[0] != "!" and _cue(text)[0].isupper() and not self._blank(self.at + 1)

    def _speech(self, cue: str) -> None:
        parts: list[Part] = []
        said: list[str] = []  # lines that go on in one part
        noted = [*self._apart(self.lines[self.at])[1]]
        dual = cue.endswith("^")
        name, extensions = _cue(cue.removeprefix("@"))
        self.at += 1
        while (
            self.at < len(self.lines) and (raw := self.lines[self.at]) and (raw.strip() or len(raw) > 1)
        ):
            text, notes = self._apart(raw)
            noted += notes
            self.at += 1
            manner, sung = text.startswith("(") and text.endswith(")"), text.startswith("~")
            if text and not (manner or sung):
                said.append(plain(text))
                continue
            parts += _said(said)
            said = []
            if text:
                parts.append(Part(plain(text[1:-1] if manner else text[1:]).strip(), manner, sung))
        parts += _said(said)
        self.elements.append(Speech(plain(name), extensions, dual, tuple(parts), tuple(noted)))

    def _action(self) -> None:
        """Lines up to an empty one, or to one that begins something else."""
        lines: list[str] = []
        noted: list[str] = []
        while not self._blank(self.at):
            text, notes = self._apart(self.lines[self.at])
            if lines and (text.startswith(("#", "=", "~")) or (text[:1] == ">" and text.endswith("<"))):
                break
            lines.append(plain(text.removeprefix("!")))
            noted += notes
            self.at += 1
        self.elements.append(Action(" ".join(" ".join(lines).split()), tuple(noted)))


def _said(lines: list[str]) -> list[Part]:
    return [Part(" ".join(lines))] if lines else []


def _cue(text: str) -> tuple[str, tuple[str, ...]]:
    """A cue's name, and its extensions."""
    name = text.rstrip("^ ")
    extensions: list[str] = []
    while name.endswith(")") and "(" in name:
        name, extension = name[:-1].rsplit("(", 1)
        name = name.rstrip()
        extensions.insert(0, extension.strip())
    return name.strip(), tuple(extensions)
