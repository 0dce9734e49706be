"""Runs a pipeline's call in a thread, so that a render can tell of its steps and be stopped between two."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from queue import Queue
from typing import TypeVar

T = TypeVar("T")
OnStep = Callable[[int], None]


class _Stopped(BaseException):
    """Unwinds a call that nobody waits for any more; it never leaves this file."""


def stepping(work: Callable[[OnStep], T]) -> Generator[int, None, T]:
    """Yields each number that `work` tells its argument; returns what it returns, raises what it raises.

    Closed early, it stops the work where it next tells a number, and waits for that.
    """
    told: Queue[int | None] = Queue()
    stop = threading.Event()
    result: list[T] = []
    errors: list[BaseException] = []

    def on_step(number: int) -> None:
        if stop.is_set():
            raise _Stopped
        told.put(number)

    def run() -> None:
        try:
            result.append(work(on_step))
        except _Stopped:
            pass
        except BaseException as error:
            errors.append(error)
        finally:
            told.put(None)

    thread = threading.Thread(target=run, name="denoising", daemon=True)
    thread.start()
    try:
        while (number := told.get()) is not None:
            yield number
    finally:
        stop.set()
        thread.join()
    if errors:
        raise errors[0]
    return result[0]
