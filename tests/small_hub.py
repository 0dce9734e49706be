"""A hub on this machine: serves one repository in the way of huggingface.co, as far as fetching needs it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class SmallHub(ThreadingHTTPServer):
    """`repository` is a folder, `asked` the files that were sent. A file is said to be `swollen` times as large."""

    def __init__(self, hub_id: str, repository: Path, swollen: int = 1):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.hub_id, self.repository, self.swollen = hub_id, repository, swollen
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def files(self) -> dict[str, Path]:
        every = (p for p in self.repository.rglob("*") if p.is_file())
        return {p.relative_to(self.repository).as_posix(): p for p in sorted(every)}


class _Handler(BaseHTTPRequestHandler):
    server: SmallHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, body: bool) -> None:
        hub, path = self.server, unquote(urlsplit(self.path).path)
        files = hub.files()
        if path == f"/api/models/{hub.hub_id}" or path.startswith(f"/api/models/{hub.hub_id}/revision/"):
            siblings = [
                {"rfilename": n, "size": p.stat().st_size * hub.swollen} for n, p in files.items()
            ]
            self._json({"_id": "1", "id": hub.hub_id, "sha": COMMIT, "siblings": siblings}, body)
        elif path.startswith(f"/api/models/{hub.hub_id}/tree/{COMMIT}"):
            self._json(
                [{"type": "file", "path": n, "size": p.stat().st_size, "oid": _etag(p)[:40]} for n, p in files.items()],
                body,
            )  # fmt: skip
        elif path.startswith(f"/{hub.hub_id}/resolve/{COMMIT}/"):
            name = path.removeprefix(f"/{hub.hub_id}/resolve/{COMMIT}/")
            if body:
                hub.asked.append(name)
            self._send(files[name].read_bytes(), body, _etag(files[name]))
        else:
            self._send(b"{}", body, status=404, error="RepoNotFound")

    def _json(self, document: object, body: bool) -> None:
        self._send(json.dumps(document).encode(), body)

    def _send(self, data: bytes, body: bool, etag: str = "", status: int = 200, error: str = "") -> None:
        self.send_response(status)
        headers = {"ETag": f'"{etag}"' if etag else "", "X-Error-Code": error, "X-Repo-Commit": COMMIT}
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: the tests look at `asked`."""


def _etag(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def serving(hub: SmallHub) -> Iterator[SmallHub]:
    thread = threading.Thread(target=hub.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
        thread.join()
