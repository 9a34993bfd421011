"""What the kernel knows of processes: CPU time and memory. Linux only."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

CALM_FOR, CALM_BELOW = 0.1, 0.15
"""Seconds to look at the machine, and the share of its CPUs that may be busy."""


def cpu_seconds(pid: int) -> float:
    """CPU time a process and its living descendants have used, from the kernel's own clocks."""
    total = time.clock_gettime_ns((~pid << 3) | 2) / 1e9  # the clock id of another process's CPU time
    return total + sum(map(cpu_seconds, children(pid)))


def children(pid: int) -> list[int]:
    """The living children of a process."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for children in found for child in children.read_text().split()]


def ended_children_seconds() -> float:
    """CPU time of all our processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machine_seconds() -> float:
    """CPU time all processes of the machine have used."""
    user, nice, system, _, _, *interrupts = map(int, Path("/proc/stat").read_text().split(maxsplit=8)[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def main_thread_seconds(pid: int) -> float:
    """CPU time the first thread of a process has used: the one that runs JavaScript, or Python's main thread."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


def resident_mib(pid: int) -> float:
    """Resident memory of a process and its living descendants, in MiB."""
    total = 0.0
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            total = int(line.split()[1]) / 1024
    return total + sum(map(resident_mib, children(pid)))


@dataclass
class Calm:
    """Waits until the machine is nearly idle: each time for a while at most, and never longer than so long in all."""

    each: float = 0.0
    """Seconds. None at all: nobody looks."""
    in_all: float = float("inf")
    """Seconds; whoever shares the machine all the time must not make a run endless."""
    waited: float = 0.0
    """Seconds, up to now."""
    in_vain: int = 0
    """How often it did not become calm."""

    def wait(self) -> None:
        """Return when it is calm, or when the patience is over."""
        begun = now = time.monotonic()
        deadline = begun + min(self.each, self.in_all - self.waited)
        is_calm = False
        while not is_calm and now < deadline:
            before = machine_seconds()
            time.sleep(CALM_FOR)
            is_calm = machine_seconds() - before < CALM_BELOW * (time.monotonic() - now) * (os.cpu_count() or 1)
            now = time.monotonic()
        self.waited += now - begun
        self.in_vain += not is_calm and self.each > 0


def allow_many_files() -> None:
    """Let this process and those it starts hold thousands of connections, as far as the machine allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
