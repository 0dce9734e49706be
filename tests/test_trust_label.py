"""What viewers see where it is asked for, and what is written beside a film."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from in_process import scenelang
from trust_clips import clip
from trust_films import SCENE, sealed, the_plan

from scenelang.runtime.sealing import CARD
from scenelang.trust.film_id import FilmLog
from scenelang.trust.label import Label, label_of
from scenelang.trust.seal import Seal
from scenelang.trust.verifying import verify

SMALL = SCENE.replace("640x360", "96x54").replace("a 1s", "a 4f")


def test_the_corner_bears_words_and_nothing_else_changes() -> None:
    before = clip(2)
    after = Label("corner").on(before)
    rows, columns = np.nonzero((after != before).any(axis=(0, 3)))
    assert rows.min() > 300
    assert columns.min() > 420
    inside = after[0, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert inside.max() > 230  # letters
    assert np.median(inside) < 110  # on a dark plate
    assert (before[0, :300] == after[0, :300]).all()


@pytest.mark.parametrize("size", [(64, 36), (16, 16), (9, 300), (1920, 1080)])
def test_labels_fit_frames_of_any_size(size: tuple[int, int]) -> None:
    width, height = size
    frames = np.zeros((1, height, width, 3), np.uint8)
    assert Label("corner").on(frames).shape == frames.shape
    cards = list(
        Label("card", lines=("A title that is rather long for such a frame",)).card(size, Fraction(12))
    )
    assert sum(len(c) for c in cards) == CARD * 12
    assert all(c.shape[1:] == frames.shape[1:] for c in cards)


def test_an_end_card_follows_the_film(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    sealed(path, frames=8, label=Label("card", lines=("The wall",)))
    with av.open(str(path)) as film:
        pictures = [f.to_ndarray(format="gray") for f in film.decode(video=0)]
    assert len(pictures) == 8 + CARD * 24
    assert np.median(pictures[-1]) < 40
    assert pictures[-1].max() > 200
    assert verify(path).name == "unchanged"


@pytest.mark.parametrize(
    ("model", "told", "words"),
    [
        ("previz", "algorithmicMedia", "Computer-generated"),
        ("maquette", "trainedAlgorithmicMedia", "AI-generated"),
    ],
)
def test_credential_and_label_say_how_the_pictures_came_to_be(model: str, told: str, words: str) -> None:
    assert Seal(the_plan(), model, b"").source_type == told
    label = label_of("card", model, "The wall")
    assert label == Label("card", words, ("The wall", f"made with scenelang, model {model}"))


def test_a_render_signs_labels_and_tells(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(SMALL)
    done = scenelang("render", film, "--model", "previz", "--label", "corner", "--sidecar", "--json")
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [e["event"] for e in events[-2:]] == ["sealed", "done"]
    text = (tmp_path / "film.mp4.made.txt").read_text()
    assert "drawn by geometry" in text
    assert events[-2]["source_sha256"] in text
    assert "Label in the picture: corner" in text
    verdict = verify(tmp_path / "film.mp4")
    assert verdict.name == "unchanged"
    assert verdict.credential.render["policy_sha256"] == events[-2]["policy_sha256"]
    assert verdict.credential.source_type == "algorithmicMedia"
    assert verdict.credential.scene == scenelang("fmt", "-", stdin=SMALL).stdout.encode()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["film.mp4", "film.mp4.made.txt", "film.scene"]


def test_the_text_stands_beside_a_folder_of_pictures(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(SMALL)
    for _ in range(2):  # nothing is in the folder that the next render would refuse to replace
        done = scenelang(
            "render",
            film,
            "--model",
            "previz",
            "--sidecar",
            "-q",
            "-o",
            tmp_path / "frames" / "%06d.png",
        )
        assert done.returncode == 0, done.stderr
    assert {p.suffix for p in (tmp_path / "frames").iterdir()} == {".png"}
    assert "scenelang verify frames" in (tmp_path / "frames.made.txt").read_text()


def test_what_a_film_imports_travels_with_it(tmp_path: Path) -> None:
    (tmp_path / "cast").mkdir()
    (tmp_path / "scenelang.toml").write_text("")
    (tmp_path / "cast" / "people.scene").write_text(
        'scenelang 1\n\nimport "coats.scene"\ncharacter mara "a woman"\n'
    )
    (tmp_path / "cast" / "coats.scene").write_text('scenelang 1\n\nprop coat "a red coat"  # kept\n')
    film = tmp_path / "film.scene"
    film.write_text(
        SMALL.replace('character mara "a woman in a red coat"', 'import "cast/people.scene"')
    )
    assert scenelang("render", film, "--model", "previz", "-q").returncode == 0
    told = verify(tmp_path / "film.mp4").credential
    assert sorted(told.files) == ["cast/coats.scene", "cast/people.scene", "film.scene"]
    for name in ("cast/coats.scene", "cast/people.scene"):
        assert told.files[name] == (tmp_path / name).read_bytes()
    assert hashlib.sha256(told.files["film.scene"]).hexdigest() == told.render["source_sha256"]


def test_a_part_of_a_film_says_which_shots_it_has(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(SMALL + "shot b 3f { frame wide on mara }\n")
    done = scenelang(
        "render", film, "--model", "previz", "-q", "--shots", "b", "-o", tmp_path / "part.mp4"
    )
    assert done.returncode == 0, done.stderr
    told = verify(tmp_path / "part.mp4").credential.render
    assert [(s["id"], s["frames"]) for s in told["shots"]] == [("b", 3)]
    assert list(told["seeds"]) == ["b"]


def test_a_gif_is_signed_like_a_movie(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(SMALL.replace("96x54", "640x360"))
    done = scenelang("render", film, "--model", "previz", "-q", "-o", tmp_path / "film.gif")
    assert done.returncode == 0, done.stderr
    verdict = verify(tmp_path / "film.gif")
    assert (verdict.name, verdict.mark.found, verdict.mark.frames) == ("unchanged", True, 4)
    assert verdict.id == verdict.credential.mark
    assert b"algorithmicMedia" in (tmp_path / "film.gif").read_bytes()  # XMP


def test_data_passes_are_signed_and_left_alone(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(SCENE.replace("a 1s", "a 1f"))
    assert scenelang("preview", film, "--pass", "mask", "-o", f"{tmp_path}/mask/", "-q").returncode == 0
    (picture,) = (tmp_path / "mask").iterdir()
    with av.open(str(picture)) as file:
        colours = {
            tuple(c)
            for c in next(file.decode(video=0)).to_ndarray(format="rgb24").reshape(-1, 3).tolist()
        }
    assert len(colours) == 2  # the subject and nobody: no mark on either
    verdict = verify(picture)
    assert (verdict.name, verdict.credential.mark) == ("unchanged", "")


def test_a_film_that_cant_be_signed_is_not_delivered(tmp_path: Path) -> None:
    film = tmp_path / "film.scene"
    film.write_text(SMALL)
    done = scenelang("render", film, "--model", "previz", "--tsa", "http://127.0.0.1:9/")
    assert done.returncode == 1
    assert "can't be signed" in done.stderr
    assert "time-stamp authority" in done.stderr
    assert list(tmp_path.iterdir()) == [film]
    assert "frames" not in done.stderr  # it was known before any work
    assert scenelang("render", film, "--certificate", "x.pem").returncode == 2
    done = scenelang("render", film, "--certificate", tmp_path / "x.pem", "--key", tmp_path / "y.pem")
    assert done.returncode == 1
    assert "can't read" in done.stderr


def test_a_log_that_cant_be_written_costs_no_film(tmp_path: Path) -> None:
    broken = FilmLog(tmp_path / "films.sqlite")
    broken.path.write_bytes(b"no database at all")
    seal = sealed(tmp_path / "film.mp4", frames=1, log=broken)
    assert "can't be written" in seal.unlogged
    assert verify(tmp_path / "film.mp4").code == 0
