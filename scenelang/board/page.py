"""The storyboard: everything that is known of a film on one page that needs nothing besides itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scenelang.board.above import above
from scenelang.board.curves import curves
from scenelang.board.stills import Stills, movie
from scenelang.compiler.footage import footage_of
from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import Backend, Native
from scenelang.runtime.choices import choices, with_seed
from scenelang.runtime.keys import TakeKey, take_keys
from scenelang.runtime.measured import measured
from scenelang.runtime.outlook import Costing
from scenelang.runtime.report import report
from scenelang.runtime.store import DamagedEntry, Store
from scenelang.runtime.takes import open_take

if TYPE_CHECKING:
    import jinja2

LEVELS = ("exact", "approximate", "text", "dropped")
RESULTS = ("held", "not held", "unsure", "")  # of what is expected; the last: not measured


@dataclass(frozen=True)
class TakeView:
    """One of several takes of a shot, as it is shown."""

    number: int
    seed: int
    picked: bool  # its seed is the film's
    movie: str  # a data URI; empty where it isn't rendered


@dataclass(frozen=True)
class Expected:
    """What a shot is to show, and what was measured of it in its take; without a result nothing was."""

    what: str
    found: str = ""
    confidence: float = 0.0
    result: Literal["held", "not held", "unsure", ""] = ""


@dataclass(frozen=True)
class Finding:
    """A finding of `check`, as it is printed."""

    severity: str
    headline: str
    rest: str


def page(
    plan: Plan,
    backend: Backend,
    costing: Costing,
    profile: str,
    stills: Stills,
    *,
    file: str,
    make: bool = True,
    takes: bool = False,
    live: str = "",
    findings: Sequence[Finding] = (),
) -> str:
    """The page as HTML. Stills that aren't known yet are left out unless they are to be made (`make`).

    With `takes`, only shots of which there are several takes, with these as movies. A `live` page, of this
    version, asks the server that it comes from for news.
    """
    found = report(plan, backend, profile, costing)
    keys = take_keys(plan, backend, profile, costing.device, costing.project) or {}
    footage = footage_of(plan)
    native = backend.native(plan, profile)
    shots = []
    for shot, row in zip(plan.shots, found["shots"]):
        several = _takes(plan, shot, keys, backend, costing, profile, native) if takes else []
        if takes and not several:
            continue
        key = keys.get(shot.id)
        pictures = stills.of(plan, shot, footage[shot.id], key.take if key else None, native, make)
        shots.append(_shot(plan, shot, row, pictures, several, _expected(shot, costing.store, key)))
    return _template().render(
        film=plan, found=found, shots=shots, levels=LEVELS, file=file, live=live, takes=takes,
        findings=findings, fps=float(plan.rate), seconds=plan.frames / plan.rate, names=_names(plan),
        clips=_clips(plan), verdicts=_verdicts(shots),
    )  # fmt: skip


def _shot(
    plan: Plan,
    shot: ShotPlan,
    row: Mapping[str, Any],
    stills: Sequence[Any],
    takes: Sequence[TakeView],
    expected: Sequence[Expected],
) -> dict[str, Any]:
    marks = {level: [r for r in row["lowering"] if r["level"] == level] for level in LEVELS}
    segments = [
        {
            "still": still,
            "share": (b - a) / shot.frames,
            "from": a / plan.rate,
            "to": b / plan.rate,
            "prompt": said["prompt"],
            "actions": [
                f"{x.actor} {x.words}" + (f", {x.manner}" if x.manner else "")
                for x in shot.actions
                if x.id in segment.actions
            ],
        }
        for still, segment, said in zip(stills, shot.segments, row["segments"])
        for a, b in [segment.frames]
    ]
    return {
        "plan": shot,
        "row": row,
        "seconds": shot.frames / plan.rate,
        "start": row["frames"][0] / plan.rate,
        "segments": segments,
        "negative": row["segments"][0]["negative"],
        "above": above(plan, shot),
        "curves": curves(shot),
        "marks": marks,
        "lines": [
            {"from": n.frames[0] / plan.rate, "to": n.frames[1] / plan.rate, "speaker": n.speaker,
             "text": n.text, "left": n.frames[0] / shot.frames, "width": (n.frames[1] - n.frames[0]) / shot.frames}
            for n in shot.dialogue
        ],
        "place": plan.place(shot.place),
        "moves": [words for _, _, words in shot.camera.moves],
        "takes": takes,
        "expected": expected,
    }  # fmt: skip


def _expected(shot: ShotPlan, store: Store | None, key: TakeKey | None) -> list[Expected]:
    return [
        Expected(f"{what} {value}", found.found, found.confidence, found.result)
        if found
        else Expected(f"{what} {value}")
        for (what, value), found in zip(shot.expect, measured(store, key, shot))
    ]


def _verdicts(shots: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many expectations of all shots have which result, those that nobody measured last."""
    every = [expected.result for shot in shots for expected in shot["expected"]]
    return {result: every.count(result) for result in RESULTS if result in every}


def _takes(
    plan: Plan, shot: ShotPlan, keys: Mapping[str, TakeKey], backend: Backend, costing: Costing, profile: str,
    native: Native,
) -> list[TakeView]:  # fmt: skip
    if costing.store is None or shot.id not in keys:
        return []
    views = []
    for choice in choices(costing.store, keys[shot.id]):
        variant = with_seed(plan, shot.id, choice.seed)
        own = (take_keys(variant, backend, profile, costing.device, costing.project) or {})[shot.id]
        try:
            take = open_take(costing.store, own.take)
            shown = movie(take, native) if take else ""
        except DamagedEntry:
            shown = ""
        views.append(TakeView(choice.number, choice.seed, choice.seed == shot.seed, shown))
    return views


def _clips(plan: Plan) -> list[dict[str, Any]]:
    """The clips on the film's timeline, in shares of the film."""
    frames = {shot.id: shot.frames for shot in plan.shots}
    return [
        {
            "shot": entry.shot,
            "left": entry.start / plan.frames,
            "width": frames[entry.shot] / plan.frames,
            "enter": "" if entry.enter == "cut" else entry.enter,
        }
        for entry in plan.edit
    ]


def _names(plan: Plan) -> dict[str, str]:
    return {s.id: s.description for s in plan.subjects}


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("scenelang.board", "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    environment.filters["time"] = lambda seconds: f"{float(seconds):.2f}".rstrip("0").rstrip(".") + " s"
    environment.filters["percent"] = lambda share: f"{100 * float(share):.3f}%"
    environment.filters["cost"] = _cost
    return environment.get_template("board.html.j2")


def _cost(cost: Mapping[str, Any], currency: str | None) -> str:
    parts = [f"{cost['denoiser_calls']} calls"]
    parts += [f"{cost['pflop']:.3g} PFLOP"] if cost["pflop"] is not None else []
    parts.append("time unknown" if cost["seconds"] is None else f"about {cost['seconds']:.3g} s")
    parts += [f"{cost['price']:.2f} {currency}"] if cost["price"] is not None else []
    return ", ".join(parts)


def file_name(film: str | Path, takes: bool = False) -> str:
    """`film.storyboard.html` beside `film.scene`."""
    if str(film) == "-":
        return "film.takes.html" if takes else "film.storyboard.html"
    return str(Path(film).with_suffix(".takes.html" if takes else ".storyboard.html"))
