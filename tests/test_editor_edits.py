"""The language server while films change: diagnostics that come and go, in the file that is edited and beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from editor_client import Session, applied, place
from lsprotocol import types

CAST = 'scenelang 1\ncharacter mara "a woman"\n'
FILM = 'scenelang 1\nimport "cast.scene"\nshot a 4s {\n  frame wide on mara\n}\n'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    session = Session(tmp_path_factory.mktemp("film"))
    yield session
    assert session.stop() == 0


@pytest.fixture
def session(running: Session) -> Iterator[Session]:
    """The one server, with a film and its cast; only the film is open."""
    (running.folder / "cast.scene").write_text(CAST)
    (running.folder / "film.scene").write_text(FILM)
    running.published.clear()
    running.open("film.scene")
    running.wait("film.scene", set())
    yield running
    for name in list(running.versions):
        running.published.pop(running.uri(name), None)
        running.close(name)
        running.wait(name, set())
    running.versions.clear()


def fixed(session: Session, name: str, text: str, found: types.Diagnostic) -> str:
    """A text after the first quick fix that the server offers for a diagnostic."""
    context = types.CodeActionContext([found])
    params = types.CodeActionParams(session.document(name), found.range, context)
    first = session.ask(types.TEXT_DOCUMENT_CODE_ACTION, params)[0]
    return applied(text, first.edit.changes[session.uri(name)])


def test_an_error_appears_and_its_fix_removes_it(session: Session) -> None:
    broken = FILM.replace("wide", "wid")
    session.change("film.scene", broken)
    (found,) = session.wait("film.scene", {"S030"})
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.range == types.Range(types.Position(3, 8), types.Position(3, 11))
    repaired = fixed(session, "film.scene", broken, found)
    assert repaired == FILM
    session.change("film.scene", repaired)
    session.wait("film.scene", set())


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [("on mara", "on mraa", "C001"), ("4s", "4sec", "S022"), ("cast.scene", "cats.scene", "C004")],
)
def test_fixes_of_names_units_and_paths(session: Session, right: str, wrong: str, code: str) -> None:
    broken = FILM.replace(right, wrong)
    session.change("film.scene", broken)
    wanted = {code, "C001"} if code == "C004" else {code}
    found = next(d for d in session.wait("film.scene", wanted) if d.code == code)
    assert fixed(session, "film.scene", broken, found) == FILM


def test_an_imported_file_gets_its_own_diagnostics(session: Session) -> None:
    (session.folder / "cast.scene").write_text(CAST.replace("woman", 'woman" as figur "'))
    session.change("film.scene", FILM + "\n")
    session.wait("cast.scene", {"S030", "S032"})
    session.change("film.scene", FILM.replace('import "cast.scene"', 'character mara "a woman"'))
    session.wait("film.scene", set())
    session.wait("cast.scene", set())


def test_what_is_open_counts_not_what_is_saved(session: Session) -> None:
    """The cast is renamed in the editor, not on disk: the film that imports it is checked again."""
    session.open("cast.scene", CAST.replace("mara", "ada"))
    session.wait("film.scene", {"C001"})
    session.change("cast.scene", CAST)
    session.wait("film.scene", set())


def test_a_file_that_disappears_and_returns(session: Session) -> None:
    (session.folder / "cast.scene").unlink()
    change = types.FileEvent(session.uri("cast.scene"), types.FileChangeType.Deleted)
    session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    session.wait("film.scene", {"C004", "C001"})
    (session.folder / "cast.scene").write_text(CAST)
    session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
    session.wait("film.scene", set())


def test_a_closed_film_shows_nothing(session: Session) -> None:
    session.change("film.scene", FILM.replace("wide", "wid"))
    session.wait("film.scene", {"S030"})
    session.close("film.scene")
    session.wait("film.scene", set())


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("before", ["🎬", "\U0001f469\u200d\U0001f680 é", "\u2028", "雪"])
def test_positions_behind_wide_characters(session: Session, before: str, end: str) -> None:
    """On one line: a text with characters of one or two UTF-16 units, then a name and a mistake."""
    text = 'scenelang 1\nplace p "x"\ncharacter mara "BEFORE" { hight 2m }\nshot a 4s in p { frame wide on mara }\n'
    text = text.replace("BEFORE", before)
    sent = text.replace("\n", end)
    session.change("film.scene", sent)
    (found,) = session.wait("film.scene", {"S031"})
    assert found.range == types.Range(place(text, "|hight"), place(text, "hight|"))
    params = types.DefinitionParams(session.document("film.scene"), place(text, "on ma|ra"))
    (location,) = session.ask(types.TEXT_DOCUMENT_DEFINITION, params)
    assert location.range == types.Range(place(text, "r |mara"), place(text, "r mara|"))
    fix = types.CodeActionParams(
        session.document("film.scene"), found.range, types.CodeActionContext([found])
    )
    (edit,) = session.ask(types.TEXT_DOCUMENT_CODE_ACTION, fix)[0].edit.changes[
        session.uri("film.scene")
    ]
    assert (edit.new_text, edit.range) == ("height", found.range)


def test_the_server_outlives_any_text(session: Session) -> None:
    half = FILM.replace("4s", '"half a \ud800 sign" 4s')
    for text in (
        half,
        "",
        "\ufeff",
        "{" * 2000,
        "}" * 50,
        '"',
        "\x00\ud800",
        FILM * 3,
        "scenelang 1\n" + "#" * 100_000,
    ):
        session.change("film.scene", text)
        for method, params in [
            (types.TEXT_DOCUMENT_HOVER, types.HoverParams),
            (types.TEXT_DOCUMENT_COMPLETION, types.CompletionParams),
            (types.TEXT_DOCUMENT_DEFINITION, types.DefinitionParams),
        ]:
            session.ask(method, params(session.document("film.scene"), types.Position(2, 5)))
    session.change("film.scene", FILM)
    session.wait("film.scene", set())
