"""The language server in a session over stdio: what it says of letter.scene and its cast."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor_client import Session, applied, place
from lsprotocol import types
from pygls.exceptions import JsonRpcException

EXAMPLES = Path(__file__).parent.parent / "examples"
FILM, CAST = "letter.scene", "cast.scene"
TEXT = (EXAMPLES / FILM).read_text()
WHOLE = types.Range(types.Position(0, 0), types.Position(10_000, 0))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("film")
    for name in (FILM, CAST):
        shutil.copy(EXAMPLES / name, folder / name)
    running = Session(folder)
    running.open(FILM)
    running.wait(FILM, set())
    yield running
    assert running.stop() == 0


def at(session: Session, marked: str, name: str = FILM, text: str = TEXT) -> dict[str, Any]:
    return {"text_document": session.document(name), "position": place(text, marked)}


def hover(session: Session, marked: str) -> str:
    found = session.ask(types.TEXT_DOCUMENT_HOVER, types.HoverParams(**at(session, marked)))
    return found.contents.value if found else ""


def completions(session: Session, marked: str, text: str = TEXT) -> dict[str, types.CompletionItem]:
    params = types.CompletionParams(**at(session, marked, text=text))
    return {item.label: item for item in session.ask(types.TEXT_DOCUMENT_COMPLETION, params)}


def rename(session: Session, marked: str, name: str) -> dict[str, list[types.TextEdit]]:
    params = types.RenameParams(new_name=name, **at(session, marked))
    return session.ask(types.TEXT_DOCUMENT_RENAME, params).changes


@pytest.mark.parametrize(
    ("marked", "says"),
    [
        ("mar|a at", ["a woman of forty", "**figure**, from the description's words", "`cast.scene`"]),
        ("in roof|top {", ["place **rooftop**", "neon"]),
        ("over-the-sh|oulder of lio", ["past one subject's shoulder", "`OTS`"]),
        ("fra|me over-the-shoulder of lio", ["size and composition", "frame close-up"]),
        ("dol|ly in 0.3m", ["`dolly in|out 2m`"]),
        ("wi|nd left", ["direction and a speed", "`animate` can drive it"]),
        ("8|0%; wind", ["0.8 (ratio)"]),
        ("5|0mm", ["50 mm (focal length)"]),
        ("@ 4.|5s", ["4.5 s, 108 frames at 24"]),
        ("dissolve 1|2f", ["0.5 s, 12 frames"]),
        ("shot s02|0", ["from 6s to 10s of the film's 13.5s"]),
        ("as op|ens", ["from 0s to 2.5s of the shot"]),
    ],
)
def test_hover(session: Session, marked: str, says: list[str]) -> None:
    text = hover(session, marked)
    for part in says:
        assert part in text


@pytest.mark.parametrize(
    ("marked", "some", "none"),
    [
        ("    |angle low", {"frame", "camera", "mara", "lio"}, {"axis", "rooftop", "wide"}),
        ("  |axis mara", {"axis", "light", "mara"}, {"camera"}),
        ("frame |over-the-shoulder of lio", {"wide", "two-shot"}, {"low", "mara"}),
        ("of |lio on mara", {"mara", "lio", "letter"}, {"rooftop", "wide"}),
        ("in |rooftop {", {"rooftop"}, {"mara"}),
        ("0s..2s |hold", {"hold", "pan", "dolly"}, {"frame", "mara"}),
        ("dolly |in 0.3m", {"in", "out", "slow"}, {"left", "up"}),
        ("0.3|m, ease", {"0.3m", "0.3cm"}, {"0.3s", "0.3%", "0.3mm/s"}),
        ("lens 50|mm", {"50mm"}, {"50m", "50deg"}),
        ("@ 4.5|s, lio", {"4.5s", "4.5f", "4.5%"}, {"4.5m"}),
        ("{ |from left 35deg", {"from", "temperature"}, {"density"}),
        ("quality |soft", {"soft", "hard"}, {"wide"}),
        ("as |key", {"key", "rim"}, {"standing"}),
        ("ease |out\n", {"in", "out", "in-out"}, {"left"}),
        ("after |opens for", {"opens", "gives"}, {"mara", "reads"}),
        ("0s..2.5s mara |unfolds", {"walks", "gives", "lio", "says"}, {"wide", "at"}),
        ("animate rain.|density", {"density", "wind"}, {"size"}),
        ("facing |lio", {"lio", "camera", "away"}, {"rooftop"}),
        ('import "|cast', {"cast.scene"}, {"letter.scene"}),
        ('"cast.scene" { |mara', {"mara", "lio", "letter"}, {"rooftop"}),
        ('"35mm |film', set(), {"frame", "wide", "mara"}),
    ],
)
def test_completion(session: Session, marked: str, some: set[str], none: set[str]) -> None:
    found = set(completions(session, marked))
    assert some <= found
    assert not none & found


def test_a_flag_is_told_and_takes_nothing(session: Session) -> None:
    text = 'scenelang 1\ncharacter star "a singer" { real; mood "calm" }\n'
    session.open("real.scene", text)
    about = {"text_document": session.document("real.scene")}
    shown = session.ask(
        types.TEXT_DOCUMENT_HOVER, types.HoverParams(**about, position=place(text, "re|al;"))
    )
    assert "a real person, who must have agreed" in shown.contents.value
    given = session.ask(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionParams(**about, position=place(text, "|mood"))
    )
    found = {item.label: item for item in given}
    assert {"consent", "voice"} <= set(found)
    assert "real" not in found  # it stands there already
    session.close("real.scene")


def test_a_snippet_is_filled_in_where_the_word_began(session: Session) -> None:
    item = completions(session, "    fra|me over-the-shoulder of lio")["frame"]
    assert item.insert_text_format == types.InsertTextFormat.Snippet
    assert item.text_edit.new_text.startswith("frame ${1:")
    assert item.text_edit.range.start.character == 4


def test_definition_in_another_file_and_of_a_label(session: Session) -> None:
    def found(marked: str) -> tuple[str, int]:
        params = types.DefinitionParams(**at(session, marked))
        (location,) = session.ask(types.TEXT_DOCUMENT_DEFINITION, params)
        return location.uri, location.range.start.line

    cast = (EXAMPLES / CAST).read_text()
    assert found("mar|a at") == (session.uri(CAST), place(cast, "character |mara").line)
    assert found("in roof|top {") == (session.uri(FILM), place(TEXT, "place |rooftop").line)
    assert found("after op|ens for") == (session.uri(FILM), place(TEXT, "as |opens").line)
    assert found('import "ca|st') == (session.uri(CAST), 0)


def test_references(session: Session) -> None:
    def found(marked: str, declaration: bool) -> list[str]:
        context = types.ReferenceContext(declaration)
        params = types.ReferenceParams(context=context, **at(session, marked))
        return [r.uri for r in session.ask(types.TEXT_DOCUMENT_REFERENCES, params)]

    assert sorted(found("mar|a at", True)).count(session.uri(CAST)) == 1
    assert found("mar|a at", False) == [session.uri(FILM)] * 11
    assert len(found("as op|ens", True)) == 2


def test_rename_changes_both_files(session: Session) -> None:
    changes = rename(session, "mar|a at", "ada")
    cast = (session.folder / CAST).read_text()
    edited = {
        FILM: applied(TEXT, changes[session.uri(FILM)]),
        CAST: applied(cast, changes[session.uri(CAST)]),
    }
    # the name of a picture on disk is nobody's name
    assert edited[CAST] == cast.replace("mara", "ada").replace(
        "references/ada.png", "references/mara.png"
    )
    assert edited[FILM] == TEXT.replace("mara", "ada")


def test_rename_of_a_light_stays_in_its_scene(session: Session) -> None:
    changes = rename(session, "light s|un as key", "low-sun")
    assert applied(TEXT, changes[session.uri(FILM)]) == TEXT.replace("light sun", "light low-sun")


@pytest.mark.parametrize(
    ("marked", "name", "why"),
    [
        ("mar|a at", "9lives", "is no name"),
        ("mar|a at", "two words", "is no name"),
        ("mar|a at", "lio", "is taken"),
        ("mar|a at", "rooftop", "is taken"),
        ("mar|a at", "shot", "word of the language"),
        ("mar|a at", "away", "word of the language"),
        ("as op|ens", "gives", "is called `gives` already"),
        ("shot s0|10", "s011", "seed"),
        ("frame ov|er-the-shoulder of lio", "wide", "no name stands here"),
    ],
)
def test_a_rename_is_refused(session: Session, marked: str, name: str, why: str) -> None:
    with pytest.raises(JsonRpcException, match=why):
        rename(session, marked, name)


def test_prepare_rename_names_the_word(session: Session) -> None:
    params = types.PrepareRenameParams(**at(session, "mar|a at"))
    found = session.ask(types.TEXT_DOCUMENT_PREPARE_RENAME, params)
    assert found.placeholder == "mara"
    assert found.range == types.Range(place(TEXT, "|mara at"), place(TEXT, "mara| at"))


def test_outline(session: Session) -> None:
    params = types.DocumentSymbolParams(session.document(FILM))
    symbols = session.ask(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, params)
    assert [s.name for s in symbols] == ["The Letter", "rooftop", "roof"]
    assert [s.name for s in symbols[-1].children] == ["s010", "s020", "s030"]


def test_semantic_tokens(session: Session) -> None:
    params = types.SemanticTokensParams(session.document(FILM))
    data = session.ask(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, params).data
    legend = session.capabilities.semantic_tokens_provider.legend.token_types
    lines, line, character, found = TEXT.split("\n"), 0, 0, []
    for i in range(0, len(data), 5):
        below, right, length, kind, _ = data[i : i + 5]
        line, character = line + below, right if below else character + right
        found.append((lines[line][character : character + length], legend[kind]))
    for word, kind in [
        ("mara", "class"), ("letter", "struct"), ("rooftop", "namespace"), ("sun", "variable"), ("s010", "function"),
        ("opens", "event"), ("over-the-shoulder", "enumMember"), ("50mm", "number"), ("density", "property"),
        ("frame", "keyword"), ('"You knew."', "string"),
    ]:  # fmt: skip
        assert (word, kind) in found


def test_folding(session: Session) -> None:
    params = types.FoldingRangeParams(session.document(FILM))
    folds = {(f.start_line, f.end_line) for f in session.ask(types.TEXT_DOCUMENT_FOLDING_RANGE, params)}
    assert (place(TEXT, "|scene roof").line, place(TEXT, "|}\n\nfade").line - 1) in folds
    assert (
        place(TEXT, "|camera {\n      0s..2s hold").line,
        place(TEXT, "steadiness |handheld").line,
    ) in folds


def test_inlay_hints(session: Session) -> None:
    def hints(name: str) -> list[str]:
        params = types.InlayHintParams(session.document(name), WHOLE)
        return [str(h.label) for h in session.ask(types.TEXT_DOCUMENT_INLAY_HINT, params)]

    assert hints(FILM) == ["13.5s", "at 0s", "at 6s", "at 9.5s"]
    assert hints(CAST) == ["as figure", "as figure", "as letter"]


def test_formatting_changes_only_what_is_not_canonical(session: Session) -> None:
    def edits(text: str) -> list[types.TextEdit]:
        session.open("messy.scene", text)
        options = types.FormattingOptions(2, True)
        params = types.DocumentFormattingParams(session.document("messy.scene"), options)
        try:
            return session.ask(types.TEXT_DOCUMENT_FORMATTING, params)
        finally:
            session.close("messy.scene")

    assert not edits(TEXT)
    messy = TEXT.replace("frame extreme-wide on", "frame   EWS on")
    assert applied(messy, edits(messy)) == TEXT
    windows = messy.replace("\n", "\r\n")
    assert applied(windows, edits(windows)) == TEXT.replace("\n", "\r\n")
    assert len(edits(messy)) == 1
    with pytest.raises(JsonRpcException, match=r"line 2: .*`fil`"):
        edits('scenelang 1\nfil "x"\n')
