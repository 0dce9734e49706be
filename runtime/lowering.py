"""What becomes of the properties of a shot that no picture shows: the same in models that make none of them."""

from __future__ import annotations

from collections.abc import Iterator

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import Lowering


def unshown(plan: Plan, shot: ShotPlan, look: str, avoid: str) -> Iterator[Lowering]:
    """Rows for sound, style, notes, references and voices; `look` and `avoid` say why these are dropped."""
    for sound in shot.sound:
        yield Lowering("sound", "dropped", f"the film is silent: “{sound}”")
    if shot.look:
        yield Lowering("look", "dropped", look)
    if shot.avoid:
        yield Lowering("avoid", "dropped", avoid)
    for note in shot.notes:
        yield Lowering("note", "dropped", f"for the crew: “{note}”")
    for track in shot.subjects:
        subject = plan.subject(track.subject)
        if subject.reference:
            why = f"it takes no pictures: {subject.reference}"
            yield Lowering(f"reference {subject.id}", "dropped", why)
        if subject.voice:
            yield Lowering(f"voice {subject.id}", "dropped", "the film is silent")
    place = plan.place(shot.place)
    if place is not None and place.reference:
        yield Lowering(f"reference {place.id}", "dropped", f"it takes no pictures: {place.reference}")
    for what, value in shot.expect:
        yield Lowering(f"expect {what}", "text", f"“{value}” is kept in the plan; look at the take")
