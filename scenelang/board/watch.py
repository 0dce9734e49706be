"""Keeps the storyboard of a film up to date while its files are saved, and serves it on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from scenelang.board.page import Finding, page
from scenelang.board.stills import Stills
from scenelang.compiler.footage import footage_of
from scenelang.compiler.pipeline import analyse
from scenelang.compiler.plan import Plan
from scenelang.grammar.diagnostics import Diagnostic
from scenelang.grammar.facts import holds, recorded
from scenelang.grammar.parse import parse_file
from scenelang.grammar.source import Source
from scenelang.runtime.backend import Backend
from scenelang.runtime.keys import take_keys
from scenelang.runtime.measured import when_measured
from scenelang.runtime.outlook import Costing

LOOK = 0.2  # seconds between looks at the files
HEARTBEAT = 10.0
Explain = Callable[[Iterable[Diagnostic], dict[str, Source]], list[Finding]]
Stamp = tuple[object, ...]


class Watch:
    """The page of a film and which version of it that is. `run` keeps it up to date, in the caller's thread;
    `explain` makes diagnostics readable."""

    def __init__(self, file: str, backend: Backend, costing: Costing, profile: str, explain: Explain):
        self._file, self._backend, self._costing = file, backend, costing
        self._profile, self._explain = profile, explain
        self._stills = Stills(costing.store)
        self._plan: Plan | None = None
        self._keys: dict[str, str] = {}  # of the plan's takes; they change with the files alone
        self._files: set[str] = {file}
        self._shown: Stamp | None = None  # of the files, as the page shows them
        self._changed = threading.Condition()
        self._version, self._html = 0, ""

    @property
    def html(self) -> str:
        return self._html

    def news(self, seen: int, wait: float) -> int:
        """The page's version, as soon as it isn't the one that was seen."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != seen, wait)
            return self._version

    def run(self, stop: threading.Event, said: Callable[[str], None] = lambda line: None) -> None:
        """Until `stop`; `said` hears a line for each change."""
        while not stop.is_set():
            if self._stamp() == self._shown:
                stop.wait(LOOK)
                continue
            begun = time.perf_counter()
            new = self._update()
            if new is not None:
                said(f"{new} new stills in {time.perf_counter() - begun:.1f} s")

    def _update(self) -> int | None:
        """Builds the page anew; how many stills were new, None where the files changed meanwhile."""
        with recorded() as facts:
            film, found, source = parse_file(self._file)
            analysis = analyse(film, found)
        plan = analysis.plan if analysis.plan and analysis.plan.shots else None
        if plan is not None:
            self._plan, self._keys = plan, self._keys_of(plan)
        self._files = {self._file, *(path for _, path, _ in facts if Path(path).suffix)}
        self._shown = self._stamp()
        if not all(map(holds, facts)):  # saved since it was read
            self._shown = None
            return None
        findings = self._explain(analysis.diagnostics, {source.file: source})
        self._publish(self._page(findings) if self._plan else _only(self._file, findings))
        if plan is None:
            return 0
        footage, native = footage_of(plan), self._backend.native(plan, self._profile)
        before = len(self._stills.known)
        for shot in plan.shots:
            known = len(self._stills.known)
            self._stills.of(plan, shot, footage[shot.id], self._keys.get(shot.id), native, make=True)
            if len(self._stills.known) == known:
                continue
            if self._stamp() != self._shown:
                return None
            self._publish(self._page(findings))
        return len(self._stills.known) - before

    def _page(self, findings: list[Finding]) -> str:
        assert self._plan is not None
        return page(
            self._plan, self._backend, self._costing, self._profile, self._stills, file=self._file, make=False,
            live=str(self._version + 1), findings=findings,
        )  # fmt: skip

    def _publish(self, html: str) -> None:
        with self._changed:
            self._html = html
            self._version += 1
            self._changed.notify_all()

    def _keys_of(self, plan: Plan) -> dict[str, str]:
        costing = self._costing
        keys = take_keys(plan, self._backend, self._profile, costing.device, costing.project) or {}
        return {id: key.take for id, key in keys.items()}

    def _stamp(self) -> Stamp:
        """What the page rests on: the files, which takes there are, and what was measured of them."""
        stamps: list[object] = []
        for file in sorted(self._files):
            try:
                found = Path(file).stat()
                stamps.append((file, found.st_mtime_ns, found.st_size, found.st_ino))
            except OSError:
                stamps.append((file, None))
        store = self._costing.store
        if store is not None:
            takes = self._keys.values()
            stamps.append(tuple((store.has("takes", key), when_measured(store, key)) for key in takes))
        return tuple(stamps)


def _only(file: str, findings: Iterable[Finding]) -> str:
    """A page for a film that never could be planned: its findings alone."""
    from html import escape

    rows = "".join(f"<h3>{escape(f.headline)}</h3><pre>{escape(f.rest)}</pre>" for f in findings)
    return (
        f'<!doctype html><html lang="en" data-at="0"><meta charset="utf-8"><title>{escape(file)}</title>'
        f'<main id="board"><h1>{escape(file)}</h1>{rows or "<p>The film has no shots yet.</p>"}</main>'
        '<script>new EventSource("/news").onmessage = (e) => { if (window.at && e.data !== window.at) '
        "location.reload(); window.at = e.data; };</script></html>"
    )


def serve(watch: Watch, port: int = 0) -> ThreadingHTTPServer:
    """A server of the page on 127.0.0.1, in threads of its own. Raises OSError where the port is taken."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # a page elsewhere, whose name was made to mean this machine, gets nothing
            host = self.headers.get("Host", "")
            if host not in (f"127.0.0.1:{server.server_port}", f"localhost:{server.server_port}"):
                self._answer(403, "text/plain", b"this server is for this machine alone\n")
            elif self.path == "/":
                self._answer(200, "text/html; charset=utf-8", watch.html.encode())
            elif self.path == "/news":
                self._tell()
            else:
                self._answer(404, "text/plain", b"there is only /\n")

        def _answer(self, code: int, kind: str, body: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def _tell(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Connection", "close")
            self.end_headers()
            seen = 0
            try:
                while True:
                    now = watch.news(seen, HEARTBEAT)
                    self.wfile.write(f"data: {now}\n\n".encode() if now != seen else b":\n\n")
                    self.wfile.flush()
                    seen = now
            except OSError:  # the page was closed
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="board", daemon=True).start()
    return server
