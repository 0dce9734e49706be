"""Row by row, what `scenelang verify` says of real files: whole, changed, stripped, mixed up, foreign."""

from __future__ import annotations

import json
import random
import shutil
import stat
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from in_process import scenelang
from trust_clips import clip
from trust_films import SCENE, boxes, reencoded, remuxed, sealed, the_plan

from scenelang.runtime.encode import MovieWriter, Quality, open_film, png
from scenelang.trust import credential
from scenelang.trust.film_id import FilmLog, record_of
from scenelang.trust.footage import FootageError
from scenelang.trust.identity import (
    SigningError,
    config_folder,
    local_identity,
    local_roots,
    own_identity,
)
from scenelang.trust.seal import Seal
from scenelang.trust.verifying import EXIT, verify


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    seal = sealed(path)
    assert seal.marked
    return path


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("other") / "other.mp4"
    sealed(path, frames=8, title="The hall")  # a credential as long as the other's
    return path


@pytest.fixture
def strangers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Somebody else's machine, with other keys and an empty log."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    yield


def row(path: Path, **more: object) -> tuple[str, int]:
    verdict = verify(path, **more)  # type: ignore[arg-type]
    return verdict.name, verdict.code


# The table -----------------------------------------------------------------------------------


def test_a_film_of_ours_is_unchanged(film: Path) -> None:
    verdict = verify(film)
    record = record_of(the_plan(), "maquette")
    assert (verdict.name, verdict.code) == ("unchanged", 0)
    assert verdict.id == record.id == verdict.credential.mark
    assert verdict.record is not None and verdict.record.title == "The wall"
    assert verdict.credential.scene == SCENE.encode()  # byte for byte
    told = verdict.credential.render
    assert (told["source_sha256"], told["model"], told["policy_sha256"]) == (
        record.source,
        "maquette",
        "p" * 64,
    )
    assert told["seeds"] == {"a": the_plan().shots[0].seed}
    assert [s["id"] for s in told["shots"]] == ["a"]
    assert verdict.credential.source_type == "trainedAlgorithmicMedia"


@pytest.mark.usefixtures("strangers")
def test_elsewhere_its_signer_is_unknown(film: Path) -> None:
    assert row(film) == ("unknown-signer", 3)
    assert verify(film).record is None


def test_elsewhere_its_root_can_be_trusted(
    film: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = local_roots()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "scenelang" / "trusted").mkdir(parents=True)
    (tmp_path / "scenelang" / "trusted" / "studio.pem").write_text(ours)
    assert row(film) == ("unchanged", 0)


def test_one_bit_anywhere_breaks_the_credential(film: Path, tmp_path: Path) -> None:
    data, chance = film.read_bytes(), random.Random(8)
    begin = next(end for name, _, end in boxes(data) if name == "ftyp")
    changed, states = tmp_path / "changed.mp4", set()
    for _ in range(100):
        at = chance.randrange(begin, len(data))
        changed.write_bytes(data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :])
        found = credential.read(changed, local_roots())
        assert not found.intact, at
        states.add(found.state)
    assert "invalid" in states


def test_a_changed_film_says_what_changed(film: Path, tmp_path: Path) -> None:
    data = bytearray(film.read_bytes())
    end = next(end for name, _, end in boxes(bytes(data)) if name == "mdat")
    data[end - 40] ^= 4
    (tmp_path / "changed.mp4").write_bytes(data)
    verdict = verify(tmp_path / "changed.mp4")
    assert (verdict.name, verdict.code) == ("changed", 4)
    assert verdict.why == "the film's bytes differ from those that were signed"
    assert verdict.id == record_of(the_plan(), "maquette").id


def test_changed_beyond_its_mark(film: Path, tmp_path: Path) -> None:
    data = bytearray(film.read_bytes())
    _, start, end = next(b for b in boxes(bytes(data)) if b[0] == "mdat")
    data[start + 8 : end] = bytes(end - start - 8)
    (tmp_path / "changed.mp4").write_bytes(data)
    assert row(tmp_path / "changed.mp4") == ("changed-mark-lost", 4)


@pytest.mark.parametrize("how", ["remuxed", "encoded again", "cropped", "trimmed", "one frame"])
def test_a_stripped_film_is_known_by_its_mark(film: Path, tmp_path: Path, how: str) -> None:
    copy = tmp_path / "copy.mp4"
    match how:
        case "remuxed":
            remuxed(film, copy)
        case "encoded again":
            reencoded(film, copy)
        case "cropped":
            reencoded(film, copy, 22, crop=18)
        case "trimmed":
            reencoded(film, copy, 20, skip=9)
        case "one frame":
            import av

            copy = tmp_path / "still.png"
            with av.open(str(film)) as file:
                copy.write_bytes(png(next(file.decode(video=0)).to_ndarray(format="rgb24")))
    verdict = verify(copy, source=the_plan().source)
    assert (verdict.name, verdict.code) == ("stripped", 5)
    assert verdict.record is not None and verdict.record.title == "The wall"
    assert verdict.source is True
    assert verify(copy, source="0" * 64).source is False


def test_another_films_credential_is_suspicious(film: Path, other: Path, tmp_path: Path) -> None:
    theirs, ours = other.read_bytes(), film.read_bytes()
    _, start, end = next(b for b in boxes(theirs) if b[0] == "uuid")
    _, _, place = next(b for b in boxes(ours) if b[0] == "ftyp")
    _, ours_start, ours_end = next(b for b in boxes(ours) if b[0] == "uuid")
    assert ours_start == place
    mixed = tmp_path / "mixed.mp4"
    pasted = theirs[start:end]
    # as long as before, so that the film's index still leads to its pictures
    assert len(pasted) == ours_end - ours_start
    mixed.write_bytes(ours[:ours_start] + pasted + ours[ours_end:])
    verdict = verify(mixed)
    assert verdict.credential.state == "invalid"
    assert (verdict.name, verdict.code) == ("suspicious", 6)


def test_a_film_signed_again_under_another_name_is_suspicious(film: Path, tmp_path: Path) -> None:
    copy = remuxed(film, tmp_path / "copy.mp4")
    stolen = record_of(the_plan("Stolen"), "maquette")
    claim = credential.Claim(stolen, "trainedAlgorithmicMedia", [], "", True, b"scenelang 1\n")
    credential.sign(copy, claim, local_identity())
    verdict = verify(copy)
    assert verdict.credential.state == "trusted"
    assert (verdict.name, verdict.code) == ("suspicious", 6)


@pytest.mark.parametrize("blocks", [{"x": 1}, 3, "id", [], [3], [{"value": 3}]])
def test_odd_shapes_in_a_credential_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: object
) -> None:
    path = tmp_path / "odd.png"
    path.write_bytes(png(clip(1, 64, 36)[0]))
    made = credential._manifest

    def odd(path: Path, claim: credential.Claim) -> dict[str, Any]:
        manifest = made(path, claim)
        binding = {"alg": credential.MARK, "blocks": blocks}
        manifest["assertions"].append({"label": "c2pa.soft-binding", "data": binding})
        return manifest

    monkeypatch.setattr(credential, "_manifest", odd)
    monkeypatch.setitem(credential._SETTINGS["verify"], "verify_after_sign", False)
    record = record_of(the_plan(), "maquette")
    claim = credential.Claim(record, "algorithmicMedia", [], "", False, b"scenelang 1\n")
    credential.sign(path, claim, local_identity())
    assert credential.read(path, local_roots()).mark == ""


def test_a_promised_mark_that_is_not_there_is_suspicious(tmp_path: Path) -> None:
    path = _unmarked(tmp_path / "plain.mp4")
    record = record_of(the_plan(), "maquette")
    credential.sign(
        path,
        credential.Claim(record, "algorithmicMedia", [], "", True, b"scenelang 1\n"),
        local_identity(),
    )
    assert row(path) == ("suspicious", 6)


def test_an_unmarked_video_is_no_evidence(tmp_path: Path) -> None:
    verdict = verify(_unmarked(tmp_path / "plain.mp4"))
    assert (verdict.name, verdict.code) == ("no-evidence", 1)
    assert "doesn't mean that it is real" in verdict.sentence


def test_every_verdict_has_a_code_of_the_table() -> None:
    assert EXIT == {
        "unchanged": 0, "no-evidence": 1, "unknown-signer": 3, "changed": 4, "changed-mark-lost": 4,
        "stripped": 5, "suspicious": 6,
    }  # fmt: skip


def _unmarked(path: Path) -> Path:
    with MovieWriter(path, (640, 360), Fraction(24), quality=Quality(20, "veryfast")) as film:
        film.write(clip(8, seed=3))
    return path


# Other files ---------------------------------------------------------------------------------


def test_pictures_are_marked_and_signed_one_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    seal = Seal(the_plan(), "previz", SCENE.encode())
    seal.begin()
    for n, picture in enumerate(seal.frames(clip(2)), start=1):
        (folder / f"{n:06}.png").write_bytes(png(picture))
    seal.finish(folder)
    for picture in sorted(folder.iterdir()):
        verdict = verify(picture)
        assert (verdict.name, verdict.credential.source_type) == ("unchanged", "algorithmicMedia")


@pytest.mark.parametrize("suffix", [".mov", ".gif"])
def test_other_formats_verify(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    seal = Seal(the_plan(), "maquette", SCENE.encode())
    with open_film(path, the_plan(), (), "draft") as film:
        film.write(seal.frames(clip(8)))
    seal.finish(path)
    assert row(path) == ("unchanged", 0)


def test_a_film_too_small_for_a_mark_promises_none(tmp_path: Path) -> None:
    path = tmp_path / "tiny.mp4"
    seal = Seal(the_plan(), "maquette", SCENE.encode())
    with MovieWriter(path, (64, 36), Fraction(24)) as film:
        film.write(seal.frames(clip(4, 64, 36)))
    seal.finish(path)
    assert not seal.marked
    verdict = verify(path)
    assert verdict.name == "unchanged"
    assert "no mark was promised" in verdict.why


def test_what_is_no_film_is_said_to_be_none(tmp_path: Path) -> None:
    for name, data in {
        "a.mp4": b"",
        "b.mp4": b"#EXTM3U\nhttp://127.0.0.1/x.ts\n",
        "c.png": b"\x89PNG\r\n\x1a\nxx",
    }.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(FootageError):
            verify(tmp_path / name)
    done = scenelang("verify", tmp_path / "a.mp4")
    assert done.returncode == 2
    assert "no film or picture" in done.stderr
    assert scenelang("verify", tmp_path / "nowhere.mp4").returncode == 2


# The command ---------------------------------------------------------------------------------


def test_verify_tells_people_and_programs(film: Path, tmp_path: Path) -> None:
    source = tmp_path / "film.scene"
    source.write_text(SCENE)
    page = tmp_path / "verdict.html"
    done = scenelang(
        "verify", film, "--source", source, "--html", page, "--scene", tmp_path / "out.scene"
    )
    assert done.returncode == 0
    assert done.stdout.startswith("made by scenelang and unchanged since\n")
    assert f"{source}: its source" in done.stdout
    assert "doesn't mean that a film is real" in done.stdout
    assert (tmp_path / "out.scene").read_bytes() == SCENE.encode()
    assert "Made by scenelang and unchanged since" in page.read_text()
    assert (
        scenelang("verify", film, "--scene", tmp_path / "out.scene").returncode == 2
    )  # never over a file

    document = json.loads(scenelang("verify", film, "--json", "--deep").stdout)
    assert document["schema"] == "scenelang.verify/1"
    assert (document["verdict"], document["exit"]) == ("unchanged", 0)
    assert document["mark"]["id"] == document["credential"]["promised_id"] == document["film"]["id"]
    assert document["mark"]["false_alarm"] < 1e-9
    assert [s["id"] for s in document["stretches"]] == [document["mark"]["id"]]


def test_a_source_that_cant_be_read_is_no_verdict(film: Path, tmp_path: Path) -> None:
    source = tmp_path / "film.scene"
    for text in ("scenelang 1\nshot {{{\n", "no film at all"):
        source.write_text(text)
        done = scenelang("verify", film, "--source", source)
        assert (done.returncode, done.stdout) == (2, "")  # 1 would say that there is no evidence
        assert f"{source}:" in done.stderr
    done = scenelang("verify", film, "--source", tmp_path / "nowhere.scene")
    assert (done.returncode, done.stdout) == (2, "")


def test_a_page_escapes_what_a_file_says(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "<script>alert(1)<script>.mp4"
    shutil.copy(film, path)
    page = tmp_path / "page.html"
    scenelang("verify", path, "--html", page, "-q")
    assert "<script>" not in page.read_text()
    assert "&lt;script&gt;" in page.read_text()


# Keys ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("strangers")
def test_keys_are_made_once_and_are_their_users_alone() -> None:
    first = local_identity()
    assert local_identity() == first
    for file in config_folder().iterdir():
        mode = stat.S_IMODE(file.stat().st_mode)
        assert mode == (0o644 if file.name == "root.pem" else 0o600), file
    (config_folder() / "signer.pem").chmod(0o644)
    with pytest.raises(SigningError, match="others can read the private key"):
        local_identity()


@pytest.mark.usefixtures("strangers")
def test_ones_own_certificate_signs(tmp_path: Path) -> None:
    made = local_identity()
    (tmp_path / "chain.pem").write_text(made.chain)
    (tmp_path / "key.pem").write_text(made.key)
    own = own_identity(tmp_path / "chain.pem", tmp_path / "key.pem")
    assert own.algorithm == "es256"
    with pytest.raises(SigningError, match="are no certificate and key"):
        own_identity(tmp_path / "key.pem", tmp_path / "key.pem")
    with pytest.raises(SigningError, match="can't read"):
        own_identity(tmp_path / "nowhere.pem", tmp_path / "key.pem")
    (tmp_path / "other").mkdir()
    stranger = local_identity(tmp_path / "other")
    (tmp_path / "other.pem").write_text(stranger.key)
    with pytest.raises(SigningError, match="is not the key of"):
        own_identity(tmp_path / "chain.pem", tmp_path / "other.pem")


def test_a_time_stamp_that_nobody_gives_stops_the_film(film: Path, tmp_path: Path) -> None:
    copy = remuxed(film, tmp_path / "copy.mp4")
    before = copy.read_bytes()
    claim = credential.Claim(record_of(the_plan(), "maquette"), "algorithmicMedia", [], "", True, b"")
    with pytest.raises(SigningError, match="can't be signed"):
        credential.sign(copy, claim, local_identity(), tsa="http://127.0.0.1:9/")
    assert copy.read_bytes() == before
    assert list(tmp_path.iterdir()) == [copy]


def test_the_log_knows_the_latest_of_an_id(tmp_path: Path) -> None:
    log = FilmLog(tmp_path / "films.sqlite")
    assert log.find("00") is None
    record = record_of(the_plan(), "previz")
    log.add(record)
    log.add(record_of(the_plan("Other"), "previz"))
    assert log.find(record.id) == record
    assert len(log.latest()) == 2
    (tmp_path / "films.sqlite").write_bytes(b"no database")
    assert log.find(record.id) is None
