"""A consumer in its own thread gets every item, and errors and interrupts reach the other side."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from scenelang.runtime.handoff import Handoff


def no_thread_left() -> bool:
    return not [t for t in threading.enumerate() if t.name == "handoff"]


def test_every_item_arrives_in_order_before_the_block_is_left() -> None:
    got: list[int] = []
    work: Handoff[int] = Handoff(got.extend, held=2)
    with work:
        for n in range(100):
            work.give(n)
    assert got == list(range(100)) and no_thread_left()


def test_no_more_than_its_bound_lies_unread() -> None:
    go, taken, given = threading.Event(), [], []

    def consume(items: Iterator[int]) -> None:
        go.wait()
        for item in items:
            taken.append(item)
            assert given[-1] - item <= 4  # three held, and one that waits for room

    work: Handoff[int] = Handoff(consume, held=3)
    with work:
        for n in range(20):
            if n == 3:
                go.set()
            given.append(n)
            work.give(n)
    assert taken == list(range(20))


def test_what_is_heavier_than_the_bound_is_taken_whole_while_little_lies_unread() -> None:
    go, order = threading.Event(), []

    def consume(items: Iterator[str]) -> None:
        for item in items:
            go.wait()
            order.append(f"took {item[0]}")

    work: Handoff[str] = Handoff(consume, held=4, weight=len)
    with work:
        for item in ("a" * 9, "b" * 9):  # the first is being consumed, the second lies unread
            work.give(item)
        order.append("gave both")
        go.set()
        work.give("c")
        order.append("gave c")
    assert order[0] == "gave both" and order.index("gave c") > order.index("took a")


@pytest.mark.parametrize("read", [0, 3, 50])
def test_what_the_consumer_raises_is_raised(read: int) -> None:
    def consume(items: Iterator[int]) -> None:
        for n, _ in enumerate(items):
            if n == read:
                raise OSError("the disk broke")

    work: Handoff[int] = Handoff(consume)
    with pytest.raises(OSError, match="the disk broke"), work:
        for n in range(1000):
            work.give(n)
    assert no_thread_left()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, GeneratorExit])
def test_a_block_that_raises_unwinds_the_consumer(error: type[BaseException]) -> None:
    ended: list[str] = []

    def consume(items: Iterator[int]) -> None:
        try:
            for _ in items:
                pass
            ended.append("whole")
        finally:
            ended.append("unwound")

    work: Handoff[int] = Handoff(consume)
    with pytest.raises(error), work:
        work.give(1)
        raise error
    assert ended == ["unwound"] and no_thread_left()
