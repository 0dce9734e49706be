"""Dialogue becomes captions with exact times and readable SubRip text."""

from __future__ import annotations

from fractions import Fraction

from pattern_backend import film_plan, shot_plan

from scenelang.compiler.plan import EditPlan, LinePlan
from scenelang.runtime.captions import Caption, captions_of, on_screen, readable, timecode, to_srt, wrap


def line(start: int, end: int, text: str, speaker: str = "mara") -> LinePlan:
    return LinePlan(frames=(start, end), speaker=speaker, text=text)


def caption(start: float, end: float, text: str) -> Caption:
    return Caption(Fraction(start), Fraction(end), "mara", text)


def test_lines_stand_where_the_edit_places_their_shots() -> None:
    shots = [
        shot_plan("a", 48, [line(24, 48, "One.")]),
        shot_plan("b", 48, [line(0, 10, "Two.", "lio")]),
    ]
    edit = [EditPlan(shot="a", start=0), EditPlan(shot="b", start=36, enter="dissolve", enter_frames=12)]
    assert captions_of(film_plan(shots, edit, fps="24000/1001")) == [
        Caption(Fraction(1001, 1000), Fraction(2002, 1000), "mara", "One."),
        Caption(Fraction(36 * 1001, 24000), Fraction(46 * 1001, 24000), "lio", "Two."),
    ]


def test_srt_is_exact() -> None:
    shots = [
        shot_plan(
            "a", 100, [line(0, 36, "Don't open it here."), line(60, 100, "Later --> tonight", "lio")]
        )
    ]
    assert to_srt(captions_of(film_plan(shots, fps="24000/1001"))) == (
        "1\n00:00:00,000 --> 00:00:01,502\nDon't open it here.\n"
        "\n"
        "2\n00:00:02,502 --> 00:00:04,171\nLater → tonight\n"
    )


def test_hours_do_not_drift() -> None:
    frame = 3 * 60 * 60 * 24
    assert timecode(Fraction(frame) / Fraction(24000, 1001)) == "03:00:10,800"
    assert timecode(Fraction(59_9996, 10000)) == "00:01:00,000"


def test_a_short_line_stays_as_long_as_reading_takes() -> None:
    no, question = caption(2, 2.25, "No."), caption(10, 10.5, "x" * 34)
    assert [c.end for c in readable([no, question])] == [3, 12]


def test_no_line_is_kept_into_the_next_or_past_the_end() -> None:
    first, second = caption(0, 0.25, "No."), caption(0.5, 0.75, "Yes.")
    assert [c.end for c in readable([first, second], until=Fraction(1))] == [Fraction(1, 2), 1]


def test_no_line_is_cut_short() -> None:
    long, over = caption(0, 8, "Wait."), caption(2, 3, "Now!")
    assert [c.end for c in readable([long, over], until=Fraction(8))] == [8, 3]
    assert readable(readable([long, over])) == readable([long, over])


def test_long_lines_break_into_even_halves() -> None:
    text = "I have carried this letter through eleven winters and it is still warm"
    assert wrap(text) == "I have carried this letter through\neleven winters and it is still warm"
    assert wrap("Short enough.") == "Short enough."
    assert wrap("x" * 60) == "x" * 60


def test_writing_without_spaces_breaks_too_but_never_before_its_full_stop() -> None:
    lines = wrap("雪が降る東京の夜に、彼女は手紙を開けずに持っていた。もう読まない。").split("\n")
    assert [len(one) <= 21 for one in lines] == [True, True]
    assert not any(one[0] in "、。" for one in lines)
    assert "".join(lines) == "雪が降る東京の夜に、彼女は手紙を開けずに持っていた。もう読まない。"


def test_lines_at_once_stand_together_with_dashes() -> None:
    spans = on_screen([caption(1, 3, "Stay."), caption(2, 4, "Go.")])
    assert [(int(a), int(b), text) for a, b, text in spans] == [
        (0, 1, ""), (1, 2, "Stay."), (2, 3, "- Stay.\n- Go."), (3, 4, "Go."),
    ]  # fmt: skip
