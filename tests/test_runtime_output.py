"""Results appear whole or not at all, and what was there before is kept."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from scenelang.runtime.errors import OutputError
from scenelang.runtime.output import (
    Target,
    atomic_folder,
    atomic_path,
    check_writable,
    explained,
    parse_target,
)


@pytest.mark.parametrize(
    ("output", "path", "kind"),
    [
        ("film.mp4", "film.mp4", "file"),
        ("a/film.MOV", "a/film.MOV", "file"),
        ("frames/", "frames", "folder"),
        ("film.mp4/", "film.mp4", "folder"),
        ("out/%06d.png", "out", "folder"),
        ("out/still.png", "out/still", "folder"),
    ],
)
def test_outputs_say_what_is_written(output: str, path: str, kind: str) -> None:
    target = parse_target(output)
    assert (target.path, target.kind) == (Path(path), kind)


@pytest.mark.parametrize("output", ["film.avi", "film.webm", "film", "%06d.png", "out/%04d.png"])
def test_other_outputs_are_refused_with_what_is_supported(output: str) -> None:
    with pytest.raises(OutputError) as caught:
        parse_target(output)
    assert "mp4" in caught.value.hint or "%06d.png" in caught.value.hint


def test_captions_stand_beside_the_film() -> None:
    assert parse_target("a/film.mp4").captions == Path("a/film.srt")
    assert parse_target("a/frames/").captions == Path("a/frames.srt")


def test_a_finished_file_takes_its_name(tmp_path: Path) -> None:
    target = tmp_path / "new" / "film.mp4"
    with atomic_path(target) as part:
        assert (
            part.parent == target.parent and part.suffix == ".mp4" and part.name.startswith(".film.mp4.")
        )
        part.write_text("film")
        assert not target.exists()
    assert target.read_text() == "film"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_interrupted_file_leaves_the_old_one(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "film.mp4"
    target.write_text("old")
    with pytest.raises(error), atomic_path(target) as part:
        part.write_text("half")
        raise error
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_replaced_file_keeps_its_permissions_and_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.mp4", tmp_path / "film.mp4"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with atomic_path(link) as part:
        part.write_text("new")
    assert link.is_symlink() and real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    with atomic_path(tmp_path / "film.mp4"):
        pass
    assert (tmp_path / "film.mp4").stat().st_mode == usual.stat().st_mode


def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    check_writable(Target(tmp_path / "a" / "b" / "film.mp4", "file"))
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.txt").touch()
    for kind, name in (("file", "film.mp4"), ("folder", "frames"), ("file", "deeper/film.mp4")):
        with pytest.raises(OutputError, match="is a file, not a folder; name a folder"):
            check_writable(Target(tmp_path / "file.txt" / name, kind))  # type: ignore[arg-type]


def test_a_place_that_takes_no_files_is_refused() -> None:
    with pytest.raises(OutputError, match=r"can't write /proc/film\.mp4"):
        check_writable(Target(Path("/proc/film.mp4"), "file"))


def test_a_folder_is_no_film(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").mkdir()
    with pytest.raises(OutputError, match=r"film\.mp4 is a folder; name a file in it"):
        check_writable(Target(tmp_path / "film.mp4", "file"))


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "permission")],
)
def test_errors_of_the_disk_are_said_with_what_to_do(number: int, words: str) -> None:
    with pytest.raises(OutputError, match=words) as caught, explained(Path("film.mp4")):
        raise OSError(number, os.strerror(number))
    assert caught.value.hint


def test_an_earlier_sequence_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "frames"
    for length in (5, 2):
        with atomic_folder(target) as part:
            for n in range(1, length + 1):
                (part / f"{n:06}.png").write_text(str(length))
        assert sorted(p.name for p in target.iterdir()) == [f"{n:06}.png" for n in range(1, length + 1)]
        assert {p.read_text() for p in target.iterdir()} == {str(length)}
        assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupted_sequence_leaves_the_old_one(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "frames"
    target.mkdir()
    (target / "000001.png").write_text("old")
    with pytest.raises(error), atomic_folder(target) as part:
        (part / "000001.png").write_text("new")
        raise error
    assert list(tmp_path.rglob("*.png")) == [target / "000001.png"]
    assert (target / "000001.png").read_text() == "old"


@pytest.mark.parametrize("foreign", ["notes.txt", "still.png", "000001.png/inside"])
def test_a_folder_with_anything_else_is_never_replaced(tmp_path: Path, foreign: str) -> None:
    file = tmp_path / "frames" / foreign
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    with pytest.raises(OutputError, match="holds other files"):
        check_writable(Target(tmp_path / "frames", "folder"))
    with pytest.raises(OutputError, match="holds other files"), atomic_folder(tmp_path / "frames"):
        pass
    assert file.read_text() == "mine"


def test_what_is_put_in_the_folder_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "frames"
    with pytest.raises(OutputError, match="holds other files"), atomic_folder(target):
        target.mkdir()
        (target / "notes.txt").write_text("mine")
    assert [p.name for p in tmp_path.rglob("*")] == ["frames", "notes.txt"]


def test_a_temporary_files_own_is_found_with_it(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    with atomic_path(target) as part, atomic_path(part) as inner:
        inner.write_bytes(b"signed")
        names = sorted(p.name.partition(".mp4.")[0] for p in tmp_path.iterdir())
        assert names == [".film", ".film"]  # what a killed render left is looked for by this
        assert inner.suffix == ".mp4"
    assert target.read_bytes() == b"signed"
    assert list(tmp_path.iterdir()) == [target]
