"""The language server: what an editor asks, and which module answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeVar

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from scenelang.editor import completion, fixes, folding, formatting, inlay, navigation, outline, tokens
from scenelang.editor import hover as hovering
from scenelang.editor import rename as renaming
from scenelang.editor.checking import Checker
from scenelang.editor.diagnostics import converted
from scenelang.editor.documents import Document, Documents, Live, Open, Parser, parsed, path_of, whole
from scenelang.grammar.diagnostics import Diagnostic

FILES = "**/*.scene"
# what an editor may be able to do
SNIPPETS = "text_document.completion.completion_item.snippet_support"
WATCHING = "workspace.did_change_watched_files.dynamic_registration"
T = TypeVar("T")


class SceneServer(LanguageServer):
    def __init__(self) -> None:
        # whole texts: in parts, pygls counts lines by more line ends than editors do
        super().__init__("scenelang", "", types.TextDocumentSyncKind.Full)
        self.checker = Checker(self.documents, self.publish, self.fail)
        self.live, self.answering = Live(), Lock()

    def documents(self, parser: Parser = parsed) -> Documents:
        """All texts as they are now."""
        opened = {
            path_of(d.uri): Open(d.uri, whole(d.source)) for d in self.workspace.text_documents.values()
        }
        return Documents(opened, self.workspace.position_codec, parser)

    async def ask(self, uri: str, answer: Callable[[Document, Documents], T]) -> T:
        """What a module says of a film, worked out in a thread: long films take their time."""
        documents, path = self.documents(self.live), path_of(uri)

        def answered() -> T:
            with self.answering:
                return answer(documents.get(path), documents)

        return await asyncio.to_thread(answered)

    def publish(self, path: Path, found: list[Diagnostic]) -> None:
        documents = self.documents()
        document = documents.get(path)
        rows = [converted(d, document, documents) for d in found]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, rows))

    def fail(self, path: Path, error: Exception) -> None:
        text = f"{path.name} couldn't be checked: {type(error).__name__}: {error}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))


server = SceneServer()


@contextmanager
def refusing() -> Iterator[None]:
    """A refusal reaches the author as the request's error."""
    try:
        yield
    except (renaming.Refused, formatting.Misread) as error:
        raise JsonRpcException(str(error), types.LSPErrorCodes.RequestFailed.value) from error


def start(version: str) -> None:
    """Serve over standard input and output until the editor says to exit."""
    server.protocol.server_info.version = version
    # a refusal is an answer, no failure that the log should show
    logging.getLogger("pygls.protocol.json_rpc").addFilter(
        lambda record: not (record.exc_info and isinstance(record.exc_info[1], JsonRpcException))
    )
    server.start_io()


# What happens in the editor -------------------------------------------------------------


@server.feature(types.INITIALIZED)
async def initialized(ls: SceneServer, params: types.InitializedParams) -> None:
    """Asks to be told when films change on disk."""
    if get_capability(ls.client_capabilities, WATCHING, False):
        options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(FILES)])
        wanted = types.Registration("films", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        await ls.client_register_capability_async(types.RegistrationParams([wanted]))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def opened(ls: SceneServer, params: types.DidOpenTextDocumentParams) -> None:
    ls.checker.changed(path_of(params.text_document.uri), delay=0)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def changed(ls: SceneServer, params: types.DidChangeTextDocumentParams) -> None:
    ls.checker.changed(path_of(params.text_document.uri))


@server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
def closed(ls: SceneServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.checker.closed(path_of(params.text_document.uri))


@server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def files_changed(ls: SceneServer, params: types.DidChangeWatchedFilesParams) -> None:
    ls.checker.all_changed()


# What the editor asks -------------------------------------------------------------------


@server.feature(types.TEXT_DOCUMENT_HOVER)
async def hover(ls: SceneServer, params: types.HoverParams) -> types.Hover | None:
    path = path_of(params.text_document.uri)
    analysis, times = await ls.checker.latest(path), ls.checker.times.get(path)
    return await ls.ask(
        params.text_document.uri,
        lambda film, every: hovering.hover(film, every, film.offset(params), analysis, times),
    )


@server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[".", '"']))
async def complete(ls: SceneServer, params: types.CompletionParams) -> list[types.CompletionItem]:
    snippets = bool(get_capability(ls.client_capabilities, SNIPPETS, False))
    return await ls.ask(
        params.text_document.uri,
        lambda film, every: completion.complete(film, every, film.offset(params), snippets),
    )


@server.feature(types.TEXT_DOCUMENT_DEFINITION)
async def definition(ls: SceneServer, params: types.DefinitionParams) -> list[types.Location]:
    return await ls.ask(
        params.text_document.uri,
        lambda film, every: navigation.definition(film, every, film.offset(params)),
    )


@server.feature(types.TEXT_DOCUMENT_REFERENCES)
async def references(ls: SceneServer, params: types.ReferenceParams) -> list[types.Location]:
    made = params.context.include_declaration
    return await ls.ask(
        params.text_document.uri,
        lambda film, every: navigation.references(film, every, film.offset(params), made),
    )


@server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
async def prepare_rename(
    ls: SceneServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder:
    with refusing():
        return await ls.ask(
            params.text_document.uri,
            lambda film, every: renaming.prepare(film, every, film.offset(params)),
        )


@server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
async def rename(ls: SceneServer, params: types.RenameParams) -> types.WorkspaceEdit:
    with refusing():
        return await ls.ask(
            params.text_document.uri,
            lambda film, every: renaming.rename(film, every, film.offset(params), params.new_name),
        )


@server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
async def symbols(ls: SceneServer, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    return await ls.ask(params.text_document.uri, lambda film, _: outline.outline(film))


@server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, tokens.LEGEND)
async def semantic_tokens(ls: SceneServer, params: types.SemanticTokensParams) -> types.SemanticTokens:
    return await ls.ask(params.text_document.uri, tokens.semantic_tokens)


@server.feature(types.TEXT_DOCUMENT_FORMATTING)
async def format_film(ls: SceneServer, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    with refusing():
        return await ls.ask(params.text_document.uri, lambda film, _: formatting.formatted(film))


@server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
async def folds(ls: SceneServer, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    return await ls.ask(params.text_document.uri, lambda film, _: folding.folds(film))


@server.feature(
    types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix])
)
async def actions(ls: SceneServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    path = path_of(params.text_document.uri)
    found = (await ls.checker.current(path)).diagnostics
    return await ls.ask(params.text_document.uri, lambda film, _: fixes.fixes(film, found, params.range))


@server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
async def inlay_hints(ls: SceneServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    path = path_of(params.text_document.uri)
    analysis, times = await ls.checker.current(path), ls.checker.times.get(path)
    return await ls.ask(
        params.text_document.uri, lambda film, _: inlay.hints(film, analysis, times, params.range)
    )
