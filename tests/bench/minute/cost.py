"""What a command costs: its time, its processors' time, its memory, those of its children included."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK = 0.25  # seconds between looks at the memory


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock and of all processors; the most memory in bytes that the process and its children had
    together at one look (pages that they share are counted in each)."""

    wall: float
    cpu: float
    memory: int


def cost_of(command: Sequence[str], env: Mapping[str, str], output: Path) -> tuple[int, Cost]:
    """Runs it to its end, its standard output in a file; its exit code, and what it cost. An interrupt is its own
    to answer."""
    begun, before = time.perf_counter(), _children()
    memory = 0
    with open(output, "wb") as out:
        process = subprocess.Popen(command, env=dict(env), stdout=out)
        while process.poll() is None:
            try:
                memory = max(memory, sum(map(_resident, _family(process.pid))))
                time.sleep(LOOK)
            except KeyboardInterrupt:
                continue  # the terminal told the process, too
    return process.returncode, Cost(time.perf_counter() - begun, _children() - before, memory)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(pid: int) -> list[int]:
    """A process and all that it started, as Linux tells."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        below = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(each for child in below for each in _family(child))]


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
