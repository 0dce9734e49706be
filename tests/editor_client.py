"""A session with the real language server over stdio, for tests that are no coroutines."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

T = TypeVar("T")
PATIENCE = 60  # seconds; a busy machine starts slowly


class Session:
    """One server, and what it has published."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.loop = asyncio.new_event_loop()
        self.client = LanguageClient("tests", "1")
        self.published: dict[str, list[types.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.versions: dict[str, int] = {}

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = list(params.diagnostics)
            self.news.set()

        self.run(self._start())

    async def _start(self) -> None:
        command = "from scenelang.cli import main; main()"
        await self.client.start_io(sys.executable, "-c", command, "lsp")
        snippets = types.ClientCompletionItemOptions(snippet_support=True)
        completion = types.CompletionClientCapabilities(completion_item=snippets)
        able = types.ClientCapabilities(
            text_document=types.TextDocumentClientCapabilities(completion=completion)
        )
        asked = types.InitializeParams(able, root_uri=self.folder.as_uri())
        self.capabilities = (await self.client.initialize_async(asked)).capabilities
        self.client.initialized(types.InitializedParams())

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(what, PATIENCE))

    def ask(self, method: str, params: Any) -> Any:
        async def asked() -> Any:
            return await self.client.protocol.send_request_async(method, params)

        return self.run(asked())

    def stop(self) -> int | None:
        """The server's exit code after a clean end."""

        async def stopped() -> int | None:
            await self.client.shutdown_async(None)
            self.client.exit(None)
            server = self.client._server
            assert server is not None
            return await server.wait()

        code = self.run(stopped())
        self.run(self.client.stop())
        self.loop.close()
        return code

    # Files ------------------------------------------------------------------------------

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None) -> str:
        text = (self.folder / name).read_bytes().decode() if text is None else text
        item = types.TextDocumentItem(self.uri(name), "scene", 1, text)
        self.versions[name] = 1
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return text

    def change(self, name: str, text: str) -> None:
        self.versions[name] += 1
        version = types.VersionedTextDocumentIdentifier(self.versions[name], self.uri(name))
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(version, [whole]))

    def close(self, name: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(name)))

    def document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def wait(self, name: str, codes: set[str]) -> list[types.Diagnostic]:
        """Waits until exactly these codes are published for a file; fails after a while."""

        async def waited() -> None:
            while {str(d.code) for d in self.published.get(self.uri(name), [])} != codes or (
                self.uri(name) not in self.published
            ):
                self.news.clear()
                await self.news.wait()

        try:
            self.run(waited())
        except TimeoutError:
            raise AssertionError(f"{name}: {self.published.get(self.uri(name))}") from None
        return self.published[self.uri(name)]


def place(text: str, marked: str) -> types.Position:
    """The position of the `|` in a piece of a text, in UTF-16 units."""
    before, after = marked.split("|")
    offset = text.index(before + after) + len(before)
    head = text[:offset].replace("\r\n", "\n")
    return types.Position(head.count("\n"), len(head.rpartition("\n")[2].encode("utf-16-le")) // 2)


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """A text after the edits of an editor that counts in UTF-16 units."""
    lines = [*text.splitlines(keepends=True), ""]
    starts = [sum(map(len, lines[:i])) for i in range(len(lines))]

    def offset(at: types.Position) -> int:
        units = lines[at.line].encode("utf-16-le")[: 2 * at.character]
        return starts[at.line] + len(units.decode("utf-16-le"))

    for edit in sorted(edits, key=lambda e: offset(e.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text
