"""The difference between two films as a document: its changes, and what must be rendered again."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scenelang.compiler.footage import footage_of
from scenelang.compiler.plan import Plan
from scenelang.grammar.diagnostics import SceneError, has_errors
from scenelang.interchange.changes import changes, cut_of
from scenelang.interchange.revisions import Version

SCHEMA: Literal["scenelang.diff/1"] = "scenelang.diff/1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ChangePart(_Part):
    part: Literal["film", "character", "prop", "place", "scene", "shot", "edit"]
    name: str = Field(
        description="whose change; of the edit, the shot behind it, empty for the film's end"
    )
    what: str = Field(
        description="added, removed, moved, renamed, or what of it, such as `duration` or `light sun temperature`"
    )
    before: str | None = Field(description="as the film says it; null where it is new")
    after: str | None = Field(description="null where it is gone")


class RenderPart(_Part):
    shots: list[str] = Field(
        description="the shots of the second film whose frames the first one doesn't have"
    )
    seconds: float = Field(description="how long these shots are")
    of_seconds: float = Field(description="how long all shots are")


class Difference(_Part):
    schema_: Literal["scenelang.diff/1"] = Field(default=SCHEMA, alias="schema")
    before: str
    after: str
    changes: list[ChangePart]
    render: RenderPart


def difference(a: Version, b: Version, before: str, after: str) -> Difference:
    """Raises SceneError where one of the films has errors."""
    plans = []
    for version in (a, b):
        if version.analysis.plan is None or has_errors(version.analysis.diagnostics):
            raise SceneError(d for d in version.analysis.diagnostics if d.severity == "error")
        plans.append(version.analysis.plan)
    found = changes(cut_of(a.film, a.cast), cut_of(b.film, b.cast))
    parts = [ChangePart.model_validate(change, from_attributes=True) for change in found]
    return Difference(before=before, after=after, changes=parts, render=_to_render(*plans))


def _to_render(a: Plan, b: Plan) -> RenderPart:
    there, here = {footage.hash for footage in footage_of(a).values()}, footage_of(b)
    again = [shot for shot in b.shots if here[shot.id].hash not in there]

    def seconds(frames: int) -> float:
        return round(float(Fraction(frames) / b.rate), 3)

    return RenderPart(
        shots=[shot.id for shot in again],
        seconds=seconds(sum(shot.frames for shot in again)),
        of_seconds=seconds(sum(shot.frames for shot in b.shots)),
    )
