"""A plan goes in, a film comes out, and nothing half-done stays behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import pytest
from pattern_backend import PatternBackend, film_plan, number_of, shot_plan

from scenelang.compiler.plan import EditPlan, LinePlan, Plan, ShotPlan
from scenelang.runtime.backend import Carry, Event, FrameArray, Job, Native
from scenelang.runtime.encode import MovieWriter
from scenelang.runtime.errors import OutputError, RenderError, TakeError
from scenelang.runtime.events import Done, FramesDone, RenderEvent, ShotStarted
from scenelang.runtime.pipeline import render_film


def condition(shot: ShotPlan, native: Native) -> str:
    """Stands for the tensors, which the pattern doesn't look at."""
    return f"{shot.id} at {native.width}x{native.height}"


def render(
    plan: Plan, output: str | Path, backend: PatternBackend | None = None, **more: object
) -> list[RenderEvent]:
    events = render_film(
        plan, backend or PatternBackend(), output=output, conditioning=condition, **more
    )  # type: ignore[arg-type]
    return list(events)


def numbers(path: Path) -> list[int]:
    with av.open(str(path)) as film:
        return [number_of(frame.to_ndarray(format="rgb24")) for frame in film.decode(video=0)]


def test_shots_come_out_frame_by_frame(tmp_path: Path) -> None:
    plan = film_plan([shot_plan("a", 13), shot_plan("b", 9)])
    backend = PatternBackend(extra=4)
    events = render(plan, tmp_path / "film.mp4", backend)
    assert numbers(tmp_path / "film.mp4") == [*range(13), *range(9)]
    assert backend.conditioned == ["a at 64x32", "b at 64x32"]
    assert [e for e in events if isinstance(e, ShotStarted)] == [
        ShotStarted("a", 13),
        ShotStarted("b", 9),
    ]
    assert [e.done for e in events if isinstance(e, FramesDone)] == [5, 10, 13, 13, 5, 9, 9]
    assert list(tmp_path.iterdir()) == [tmp_path / "film.mp4"]


def test_a_film_is_encoded_while_its_next_shot_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shot of one long clip is off the backend's hands at once: here the encoder stands still until the next
    shot is begun, and the film comes out all the same."""
    begun = threading.Event()
    write = MovieWriter.write

    def waiting(self: MovieWriter, frames: FrameArray) -> None:
        assert begun.wait(60), "the next shot waits for the encoder"
        write(self, frames)

    class Telling(PatternBackend):
        def render(self, job: Job, carry: Carry | None) -> Iterator[Event]:
            if job.shot.id == "b":
                begun.set()
            yield from super().render(job, carry)

    monkeypatch.setattr(MovieWriter, "write", waiting)
    plan = film_plan([shot_plan("a", 81), shot_plan("b", 81)])
    render(plan, tmp_path / "film.mp4", Telling(chunk=81))
    assert numbers(tmp_path / "film.mp4") == [*range(81), *range(81)]


def test_the_film_has_the_plans_length_size_and_rate(tmp_path: Path) -> None:
    edit = [
        EditPlan(shot="a", start=0, enter="fade in", enter_frames=5),
        EditPlan(shot="b", start=14, enter="dissolve", enter_frames=6),
        EditPlan(
            shot="c", start=30, enter="wipe left", enter_frames=4, leave="fade out", leave_frames=5
        ),
    ]
    shots = [shot_plan("a", 20), shot_plan("b", 20), shot_plan("c", 21)]
    plan = film_plan(shots, edit, fps="24000/1001")
    events = render(plan, tmp_path / "film.mp4", PatternBackend(size=(90, 50), fps=Fraction(16)))
    with av.open(str(tmp_path / "film.mp4")) as film:
        video = film.streams.video[0]
        assert (video.width, video.height, video.average_rate) == (64, 32, Fraction(24000, 1001))
        assert sum(1 for _ in film.decode(video)) == plan.frames == 51
    assert isinstance(events[-1], Done) and events[-1].frames == 51


def test_events_are_lines_of_json(tmp_path: Path) -> None:
    plan = film_plan([shot_plan("a", 5), shot_plan("b", 5)])
    lines = [json.loads(json.dumps(e.to_json())) for e in render(plan, tmp_path / "film.mp4")]
    assert lines[0] == {"event": "shot", "shot": "a", "frames": 5}
    assert lines[1] == {"event": "steps", "shot": "a", "done": 5, "total": 5}
    assert lines[2] == {"event": "frames", "shot": "a", "done": 5, "total": 5}
    assert lines[-1].pop("seconds") > 0
    assert lines[-1] == {
        "event": "done", "output": str(tmp_path / "film.mp4"), "captions": None, "frames": 10, "shots_rendered": 2,
        "shots_cached": 0, "denoiser_calls": 6, "text_encodings": 0, "model_loads": 0,
        "expectations": [],
    }  # fmt: skip


def test_captions_stand_beside_the_film_and_in_it(tmp_path: Path) -> None:
    spoken = [LinePlan(frames=(6, 42), speaker="mara", text="Don't open it here.")]
    plan = film_plan([shot_plan("a", 24), shot_plan("b", 48, spoken)])
    done = render(plan, tmp_path / "film.mp4")[-1]
    assert isinstance(done, Done) and done.captions == tmp_path / "film.srt"
    assert done.captions.read_text() == "1\n00:00:01,250 --> 00:00:02,750\nDon't open it here.\n"
    with av.open(str(tmp_path / "film.mp4")) as film:
        texts = [bytes(p)[2:] for p in film.demux(film.streams.subtitles[0]) if p.size > 2]
    assert texts == [b"Don't open it here."]


def test_some_shots_can_be_rendered_alone(tmp_path: Path) -> None:
    plan = film_plan([shot_plan("a", 4), shot_plan("b", 5), shot_plan("c", 6)])
    done = render(plan, tmp_path / "film.mp4", shots=["c", "a"])[-1]
    assert numbers(tmp_path / "film.mp4") == [*range(4), *range(6)]
    assert isinstance(done, Done) and done.shots_rendered == 2
    with pytest.raises(RenderError, match="no shot `d`"):
        render(plan, tmp_path / "film.mp4", shots=["d"])


@pytest.mark.parametrize("output", ["frames/", "frames/%06d.png", "frames.png"])
def test_pictures_go_into_a_folder(tmp_path: Path, output: str) -> None:
    render(film_plan([shot_plan("a", 12)]), f"{tmp_path}/{output}")
    files = sorted((tmp_path / "frames").iterdir())
    assert [p.name for p in files] == [f"{n:06}.png" for n in range(1, 13)]
    assert [number_of(cv2.imread(str(p))) for p in files] == list(range(12))


def test_a_film_without_shots_says_so(tmp_path: Path) -> None:
    plan = film_plan([shot_plan("a", 5)]).model_copy(update={"shots": [], "edit": [], "frames": 0})
    with pytest.raises(RenderError, match="no shots; add one"):
        render(plan, tmp_path / "film.mp4")


def test_nothing_is_rendered_that_cannot_be_written(tmp_path: Path) -> None:
    backend = PatternBackend()
    (tmp_path / "file.txt").touch()
    with pytest.raises(OutputError):
        render(film_plan([shot_plan("a", 5)]), tmp_path / "file.txt" / "film.mp4", backend)
    assert backend.conditioned == []


@pytest.mark.parametrize("output", ["film.mp4", "film/"])
def test_a_backend_that_breaks_leaves_nothing(tmp_path: Path, output: str) -> None:
    spoken = [LinePlan(frames=(0, 20), speaker="mara", text="Wait.")]
    plan = film_plan([shot_plan("a", 60, spoken), shot_plan("b", 60)])
    with pytest.raises(RuntimeError, match="the pattern broke"):
        render(plan, f"{tmp_path}/{output}", PatternBackend(fail_in="b"))
    assert list(tmp_path.iterdir()) == []
    assert not [t for t in threading.enumerate() if t.name == "handoff"]


def test_a_take_that_is_too_short_names_its_shot(tmp_path: Path) -> None:
    plan = film_plan([shot_plan("a", 60), shot_plan("b", 60)])
    with pytest.raises(TakeError, match="shot `a`: the take ends after 58 of 60 native frames"):
        render(plan, tmp_path / "film.mp4", PatternBackend(extra=-2))
    assert list(tmp_path.iterdir()) == []


def test_a_film_closed_early_leaves_the_old_one(tmp_path: Path) -> None:
    old = tmp_path / "film.mp4"
    old.write_text("old")
    events = render_film(
        film_plan([shot_plan("a", 200)]), PatternBackend(), output=old, conditioning=condition  # type: ignore[arg-type]
    )  # fmt: skip
    assert [type(next(events)).__name__ for _ in range(5)].count("FramesDone") == 2
    assert len(list(tmp_path.iterdir())) == 2
    events.close()
    assert list(tmp_path.iterdir()) == [old] and old.read_text() == "old"


CHILD = """
    import resource, sys, time
    sys.path.insert(0, {tests!r})
    from pattern_backend import PatternBackend, film_plan, shot_plan
    from scenelang.runtime.errors import OutputError
    from scenelang.runtime.pipeline import render_film

    {before}
    try:
        events = render_film(film_plan([shot_plan("a", 250)], size=(640, 360)), PatternBackend(),
                             output={output!r}, conditioning=lambda shot, native: None)
        for event in events:
            print(event.to_json(), flush=True)
            time.sleep({pause})
    except OutputError as error:
        print(error)
        sys.exit(3)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def child(output: Path, before: str = "", pause: float = 0.0) -> subprocess.Popen[str]:
    code = CHILD.format(tests=str(Path(__file__).parent), output=str(output), before=before, pause=pause)
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )


def test_ctrl_c_leaves_the_old_film_and_nothing_else(tmp_path: Path) -> None:
    old = tmp_path / "film.mp4"
    old.write_text("old")
    with child(old, pause=0.05) as process:
        assert process.stdout
        while "'frames'" not in process.stdout.readline():
            assert process.poll() is None
        assert len(list(tmp_path.iterdir())) == 2
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert list(tmp_path.iterdir()) == [old] and old.read_text() == "old"


def test_a_disk_that_takes_no_more_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    with child(tmp_path / "film.mp4", before=limit) as process:
        assert process.stdout
        *_, last = process.stdout.read().splitlines()
        assert process.wait(timeout=60) == 3
    assert "the file gets larger than is allowed here; name a file on another disk" in last
    assert list(tmp_path.iterdir()) == []
