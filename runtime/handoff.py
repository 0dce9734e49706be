"""Feeds a consumer that runs in a thread of its own, through a queue that is bounded by what lies in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class _Cancelled(BaseException):
    """Ends the consumer where the producer gave up; it never leaves this file."""


def _one(item: object) -> int:
    return 1


class _Weighed(Queue[T | None], Generic[T]):
    """A queue that is full by the weight of its items, by the hooks that `queue.Queue` has; None is the end."""

    def __init__(self, held: int, weight: Callable[[T], int]):
        self._weight_of, self._weight = weight, 0
        super().__init__(held)

    def _qsize(self) -> int:
        return self._weight

    def _put(self, item: T | None) -> None:
        self._weight += self._weighed(item)
        super()._put(item)

    def _get(self) -> T | None:
        item = super()._get()
        self._weight -= self._weighed(item)
        return item

    def _weighed(self, item: T | None) -> int:
        return 1 if item is None else max(1, self._weight_of(item))


class Handoff(Generic[T]):
    """`with Handoff(consume) as work: work.give(item)` has `consume(items)` run beside the block.

    `give` waits while what lies unread weighs `held` or more, so that an item of any weight goes into a queue that
    is not full: whoever makes much at once need not wait until most of it is read. Leaving the block waits for the consumer to end.
    What the consumer raises is raised by the next `give`, or on leaving. If the block itself
    raises, the consumer is stopped where it next asks for an item, unwinds, and is waited for.
    """

    def __init__(
        self, consume: Callable[[Iterator[T]], None], held: int = 4, weight: Callable[[T], int] = _one
    ):
        self._consume = consume
        self._queue: _Weighed[T] = _Weighed(held, weight)
        self._over = threading.Event()
        self._stop = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="handoff", daemon=True)

    def give(self, item: T) -> None:
        self._raise_if_over()
        self._queue.put(item)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._end()
        finally:
            # Also where Ctrl-C came while waiting for the end.
            if self._thread.is_alive():
                self._stop.set()
                self._drain()
                self._end()
        if error is None and self._error is not None:
            raise self._error

    def _end(self) -> None:
        if not self._over.is_set():
            self._queue.put(None)
        self._thread.join()

    def _raise_if_over(self) -> None:
        if self._over.is_set():
            raise self._error or RuntimeError("the consumer ended before its items did")

    def _items(self) -> Iterator[T]:
        while True:
            item = self._queue.get()
            if self._stop.is_set():
                raise _Cancelled
            if item is None:
                return
            yield item

    def _run(self) -> None:
        try:
            self._consume(self._items())
        except _Cancelled:
            pass
        except BaseException as error:
            self._error = error
        finally:
            # First over, then empty: a producer that waits for room gets it, and sees the end next.
            self._over.set()
            self._drain()

    def _drain(self) -> None:
        while True:
            try:
                self._queue.get_nowait()
            except Empty:
                return
