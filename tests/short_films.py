"""Short films in which shots share characters and go on from one another, and who renders them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from films import plan_text
from numpy.typing import NDArray

from scenelang.compiler.plan import Plan
from scenelang.runtime.events import Done, RenderEvent
from scenelang.runtime.maquette.backend import MaquetteBackend
from scenelang.runtime.pipeline import render_film
from scenelang.runtime.store import Store

HEAD = """scenelang 1
film "Short" { size 128x64; fps 8; seed 5 }
character mara "a woman in a red coat"
character lio "a man in a blue coat"
place street "a snowy street"
"""
BLOCK = {
    "mara": "frame wide on mara; mara at (0m, 0m) facing camera; 0s.. mara waves",
    "lio": "frame wide on lio; lio at (0m, 0m) facing camera; 0s.. lio waves",
    "both": "frame wide on mara; mara at (0m, 0m) facing lio; lio at (1m, 0m) facing mara",
}


def shot(id: str, who: str = "", goes_on: str = "", seconds: float = 1) -> str:
    body = f"continue from {goes_on}" if goes_on else BLOCK[who]
    return (
        f"shot {id} {seconds:g}s{'' if goes_on else ' in street'} {{\n  "
        + body.replace("; ", "\n  ")
        + "\n}\n"
    )


# who is in it: mara in s01, s03, s04 (which goes on from s03) and s06; lio in s02, s05 and s06
SIX = HEAD + "".join(
    [
        shot("s01", "mara"), shot("s02", "lio"), "cut\n", shot("s03", "mara"), shot("s04", goes_on="s03"),
        shot("s05", "lio"), shot("s06", "both"),
    ]
)  # fmt: skip


def film_of(count: int) -> str:
    """As many shots, in the same ways."""
    rows = []
    for n in range(1, count + 1):
        id = f"s{n:02}"
        if n % 6 == 4:
            rows.append(shot(id, goes_on=f"s{n - 1:02}"))
        else:
            rows.append(shot(id, {1: "mara", 2: "lio", 3: "mara", 5: "lio", 0: "both"}[n % 6]))
        rows += ["cut\n"] if n == 2 else []
    return HEAD + "".join(rows)


@cache
def maquette() -> MaquetteBackend:
    """The bundled model, loaded once in a test process."""
    backend = MaquetteBackend()
    backend.load()
    return backend


class Calls:
    """Counts what the denoiser itself is asked, by a hook."""

    def __init__(self, backend: MaquetteBackend):
        self.count = 0
        backend.pipeline.transformer.register_forward_hook(self._called)

    def _called(self, *_: Any) -> None:
        self.count += 1


def events_of(text: str | Plan, output: Path, store: Store | None, **more: Any) -> list[RenderEvent]:
    plan = plan_text(text) if isinstance(text, str) else text
    more = {"profile": "draft", **more}
    backend = more.pop("backend", None) or maquette()
    return list(render_film(plan, backend, output=output, store=store, **more))


def done_of(events: Sequence[RenderEvent]) -> Done:
    assert isinstance(events[-1], Done)
    return events[-1]


def decoded(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as film:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)])


def forked(work: Callable[[Callable[[str], None]], None]) -> tuple[int, Iterator[str]]:
    """Runs `work(tell)` in a process of its own, which has all that is loaded here; its ID, and the lines
    that it tells, which end when it does."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(out)
            work(lambda line: (os.write(into, f"{line}\n".encode()), None)[1])
            code = 0
        finally:
            os._exit(code)
    os.close(into)

    def lines() -> Iterator[str]:
        with os.fdopen(out) as told:
            for line in told:
                yield line.rstrip("\n")

    return child, lines()
