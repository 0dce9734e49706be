"""The backend's half of a render: each shot's native frames, from the store or rendered and kept there.

A shot that another process is at is waited for, and meanwhile later ones are made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from scenelang.compiler.plan import Plan, ShotPlan
from scenelang.runtime.backend import (
    Backend,
    Carry,
    Checkpoint,
    FrameArray,
    Frames,
    Job,
    Native,
    Progress,
    Sound,
)
from scenelang.runtime.events import (
    FramesDone,
    Notice,
    RenderEvent,
    ShotCached,
    ShotStarted,
    StepsDone,
)
from scenelang.runtime.keys import TakeKey
from scenelang.runtime.outlook import to_render
from scenelang.runtime.output import reason
from scenelang.runtime.store import DamagedEntry, Store
from scenelang.runtime.takes import Take, TakeWriter, open_take

if TYPE_CHECKING:
    from scenelang.compiler.conditioning import Conditioning

Conditioner = Callable[[ShotPlan, Native], "Conditioning"]
Give = Callable[
    [str, FrameArray | Sound], None
]  # a shot's ID and its next native frames, or sound of it

WAIT = 0.1  # seconds between looks at what another process is at
Turn = Generator[RenderEvent, None, bool]
Kept = TypeVar("Kept")  # what a take is made of


@dataclass
class Shooting:
    """Makes the takes of some shots of a plan, in order.

    `keys` are those of the takes; without a store, or without keys, none is kept or found.
    """

    plan: Plan
    backend: Backend
    native: Native
    profile: str
    device: str
    condition: Conditioner
    give: Give
    project: Path | None = None  # the folder that the film's pictures are relative to
    store: Store | None = None
    keys: Mapping[str, TakeKey] = field(default_factory=dict)
    force: bool = False  # render again what is in the store
    rendered: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(
        default_factory=dict
    )  # of each shot that was rendered from its start
    load_seconds: float = 0.0
    _carried: dict[str, Carry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._shots = {shot.id: shot for shot in self.plan.shots}
        self._wanted = {shot.continues for shot in self.plan.shots}
        self._forced: set[str] = set()

    def shoot(self, shots: Sequence[str]) -> Iterator[RenderEvent]:
        """Gives the frames of all these shots, in this order."""
        self._forced = set(shots) if self.force else set()
        for number, shot in enumerate(shots):
            while not (yield from self._turn(shot, give=True)):
                for later in shots[number + 1 :]:
                    if not self._is_kept(later) and (yield from self._turn(later, give=False)):
                        break
                else:
                    time.sleep(WAIT)

    def ahead(self, shots: Sequence[str]) -> list[ShotPlan]:
        """Those that will be rendered for these shots, as it looks now, in the plan's order."""
        kept = {id for id in self._shots if self._is_kept(id)}
        needed = to_render(self.plan, shots, kept - set(shots) if self.force else kept)
        return [self._shots[id] for id in needed]

    def _turn(self, id: str, give: bool) -> Turn:
        """Makes a take, or finds it; False where another process is at it."""
        if (yield from self._find(id, give)):
            return True
        shot, key = self._shots[id], self._key(id)
        before = shot.continues
        if before and before not in self._carried and not (yield from self._turn(before, give=False)):
            return False
        if self.store is None or key is None:
            yield from self._render(shot, None, give)
            return True
        with self.store.locked(key) as alone:
            if not alone:
                return False
            if not (yield from self._find(id, give)):  # it may have come while the lock was not ours
                yield from self._render(shot, TakeWriter(self.store, key), give)
        return True

    def _key(self, id: str) -> str | None:
        key = self.keys.get(id)
        return key.take if key else None

    def _is_kept(self, id: str) -> bool:
        key = self._key(id)
        return self.store is not None and key is not None and self.store.has("takes", key)

    def _find(self, id: str, give: bool) -> Turn:
        """Looks for a whole take in the store."""
        key = self._key(id)
        if self.store is None or key is None or (id in self._forced and id not in self.rendered):
            return False
        try:
            take = open_take(self.store, key)
        except DamagedEntry:
            yield Notice(f"the take of {id} in the cache is damaged: it is rendered again")
            self.store.drop(key)
            return False
        if take is None:
            return False
        yield from self._found(self._shots[id], take, give)
        return True

    def _found(self, shot: ShotPlan, take: Take, give: bool) -> Iterator[RenderEvent]:
        if shot.id in self._wanted:
            self._carried[shot.id] = take.carry()
        if give:
            for piece in take.frames():
                self.give(shot.id, piece)
            for sound in take.sounds():
                self.give(shot.id, sound)
        if give and shot.id not in self.rendered:
            self.cached.append(shot.id)
            yield ShotCached(shot.id, shot.frames)

    def _render(self, shot: ShotPlan, writer: TakeWriter | None, give: bool) -> Iterator[RenderEvent]:
        yield ShotStarted(shot.id, shot.frames)
        self._load()
        begun = perf_counter()
        resume = writer.resume() if writer and shot.id not in self._forced else None
        conditioning = self.condition(shot, self.native)
        job = Job(
            self.plan, shot, conditioning, self.native, self.profile, self.device, self.project, resume
        )
        if self.store is not None and shot.id in self._forced and shot.id in self.keys:
            self.store.drop(self.keys[shot.id].take)
        keep = _Keeper(writer)
        old: Iterator[FrameArray] = writer.kept() if writer and resume else iter(())
        if resume is not None:
            yield Notice(f"{shot.id} goes on at frame {self._at(resume.frames, shot)}")
        seen = 0
        events = self.backend.render(job, self._carried.get(shot.continues or ""))
        for event in chain((Frames(frames) for frames in old), events):
            match event:
                case Carry():
                    self._carried |= {shot.id: event} if shot.id in self._wanted else {}
                    yield from keep(TakeWriter.carry, event)
                case Checkpoint():
                    yield from keep(TakeWriter.checkpoint, event)
                case Sound():
                    yield from keep(TakeWriter.sound, event)
                    if give:
                        self.give(shot.id, event)
                case Progress():
                    yield StepsDone(shot.id, event.done, event.total)
                case Frames():
                    if resume is None or seen >= resume.frames:
                        yield from keep(TakeWriter.add, event.frames)
                    if give:
                        self.give(shot.id, event.frames)
                    seen += len(event.frames)
                    yield FramesDone(shot.id, self._at(seen, shot), shot.frames)
        took = perf_counter() - begun
        if resume is None:  # else it is no measure of the shot
            self.seconds[shot.id] = took
        facts = {
            "shot": shot.id, "seed": shot.seed, "model": self.backend.name, "profile": self.profile,
            "device": self.device, "seconds": round(took, 3), "made": round(time.time(), 3),
        }  # fmt: skip
        yield from keep(TakeWriter.finish, facts)
        self.rendered.append(shot.id)

    def _load(self) -> None:
        """Has the backend load what it needs, once, so that it doesn't count as a shot's time."""
        load = getattr(self.backend, "load", None)
        if load is not None and not self.rendered:
            begun = perf_counter()
            load(self.profile, self.device)
            self.load_seconds += perf_counter() - begun

    def _at(self, native_frames: int, shot: ShotPlan) -> int:
        return min(ceil(native_frames * self.plan.rate / self.native.fps), shot.frames)


class _Keeper:
    """A writer of takes that gives up, and says so, where the disk takes no more: the render goes on."""

    def __init__(self, writer: TakeWriter | None):
        self._writer = writer

    def __call__(self, step: Callable[[TakeWriter, Kept], object], what: Kept) -> Iterator[RenderEvent]:
        if self._writer is None:
            return
        try:
            step(self._writer, what)
        except OSError as error:
            self._writer = None
            yield Notice(f"this take can't be kept in the cache: {reason(error)}")
