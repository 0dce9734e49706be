"""A headless Chromium, driven through its own protocol over two pipes."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from select import select
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 600.0  # seconds without an answer
# descriptors 3 and 4 are what it reads orders from, and answers to
START = 'exec "$0" --headless=new --no-sandbox --disable-gpu --remote-debugging-pipe "$@" 3<&{} 4>&{}'


class Browser:
    """`requests` are the addresses that pages asked for."""

    def __init__(self, orders: int, answers: int) -> None:
        self.requests: list[str] = []
        self._orders, self._answers = orders, answers
        self._read, self._number, self._loads = b"", 0, 0
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._page = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network"):
            self._ask(f"{domain}.enable")

    def open(self, url: str, width: int, height: int) -> None:
        """Shows a page in a window of this size, and waits until all of it is there."""
        phone = width < 600
        self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )  # fmt: skip
        before = self._loads
        self._ask("Page.navigate", url=url)
        while self._loads == before:
            self._next()

    def value(self, script: str) -> Any:
        """What an expression is on the page."""
        return self._ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get(
            "value"
        )

    def wait(self, script: str) -> None:
        """Until an expression is true."""
        until = time.monotonic() + PATIENCE
        while not self.value(script):
            assert time.monotonic() < until, script
            time.sleep(0.1)

    def picture(self) -> bytes:
        """The whole page as a PNG file."""
        shot = self._ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def _ask(self, method: str, **more: Any) -> Any:
        return self._call(method, self._page, **more)

    def _call(self, method: str, session: str | None = None, **more: Any) -> Any:
        self._number += 1
        order = {"id": self._number, "method": method, "params": more}
        os.write(
            self._orders,
            json.dumps(order | ({"sessionId": session} if session else {})).encode() + b"\0",
        )
        while True:
            said = self._next()
            if said.get("id") == self._number:
                assert "error" not in said, said
                return said["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._read:
            assert select([self._answers], [], [], PATIENCE)[0], "the browser says nothing"
            more = os.read(self._answers, 1 << 16)
            assert more, "the browser ended"
            self._read += more
        line, _, self._read = self._read.partition(b"\0")
        said: dict[str, Any] = json.loads(line)
        if said.get("method") == "Network.requestWillBeSent":
            self.requests.append(said["params"]["request"]["url"])
        self._loads += said.get("method") == "Page.loadEventFired"
        return said


@contextmanager
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None
    its_orders, orders = os.pipe()
    answers, its_answers = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            ["bash", "-c", START.format(its_orders, its_answers), CHROMIUM, f"--user-data-dir={folder}"],
            pass_fds=(its_orders, its_answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(its_orders), os.close(its_answers)
        try:
            yield Browser(orders, answers)
        finally:
            os.close(orders), os.close(answers)
            process.kill()
            process.wait()
