"""The stable codes of syntax diagnostics, each with its meaning in one line.

A code never changes its meaning; a new finding gets a new code. What a well-formed film
may still get wrong (undeclared names, spans outside the shot…) has codes C001… elsewhere.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    meaning: str

    def __new__(cls, code: str, meaning: str) -> Code:
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    # the file
    NO_FILE = "S001", "the film's file can't be found or opened"
    FOLDER = "S002", "a folder stands where a film's file belongs"
    NOT_UTF8 = "S003", "the file is not text in UTF-8"
    EMPTY = "S004", "the file holds no statement"
    NO_VERSION = "S005", "the film doesn't begin with `scenelang 1`"
    OTHER_VERSION = "S006", "the film is written in a version of the language that isn't read here"

    # statements
    UNEXPECTED = "S010", "a word or sign stands where the statement can't take it"
    UNKNOWN_STATEMENT = "S011", "a statement begins with a word that begins none"
    MISPLACED = "S012", "a statement stands where it doesn't belong, such as `shot` in a shot"
    UNFINISHED = "S014", "a statement ends before it is complete"
    NO_BLOCK = "S015", "a scene or shot has no block `{ … }`"
    UNCLOSED_BLOCK = "S016", "a `{` is never closed"
    STRAY_BRACE = "S017", "a `}` closes nothing"
    UNCLOSED_TEXT = "S018", "a quoted text doesn't end in its line"
    BAD_ESCAPE = "S019", "a backslash in a text stands before a character that needs none"

    # quantities
    NO_UNIT = "S020", "a number needs a unit"
    WRONG_UNIT = "S021", "a quantity has the unit of something else"
    UNKNOWN_UNIT = "S022", "a unit that the language doesn't have"

    # words
    UNKNOWN_WORD = "S030", "a word that the vocabulary doesn't have at this place"
    UNKNOWN_FIELD = "S031", "a field that the statement doesn't have"
    TWICE = "S032", "something is said twice in one statement"
    WRONG_KIND = "S033", "a value of another kind than the place takes"
    MISSING = "S034", "a statement lacks something that it needs"
    TOO_MUCH = "S035", "a statement has more than it takes"
