"""Servers over HTTP."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ..cells import NO_WIRE, OPERATIONS, Cell, Numbers
from ..clocks import cpu_seconds, resident_mib, wait_for_calm
from ..contenders import CONTENDERS
from ..effort import Effort
from .load import LOAD_CORE, SERVER_CORE, Load, era, load_options, pinned, server_options

from processes import HttpProcess, free_port  # isort: skip

IDLERS = 1_000
"""How many sessions or streams are held."""
SETTLE_CALLS = 100_000
"""After so many calls a server's memory has found its size."""

FAILURES = (RuntimeError, AssertionError, OSError, subprocess.SubprocessError)
"""What a server can do that loses its own measurements only."""


class ProcessKind(NamedTuple):
    """What makes a process another one."""

    server: str
    command: tuple[str, ...]
    cores: int
    alone: str
    """The operation that it is for, where that has a process of its own."""


def kind_of(cell: Cell) -> ProcessKind:
    """Which process a cell can be measured in, together with others."""
    command = (*CONTENDERS[cell.server].command(cell.wire), *server_options(cell))
    alone = cell.operation if OPERATIONS[cell.operation].own_process else ""
    return ProcessKind(cell.server, command, cell.cores, alone)


def by_process(cells: list[Cell]) -> dict[ProcessKind, list[Cell]]:
    """The cells that share a process, in their order."""
    grouped: dict[ProcessKind, list[Cell]] = defaultdict(list)
    for cell in cells:
        grouped[kind_of(cell)].append(cell)
    return grouped


@contextmanager
def http_server(kind: ProcessKind, core: int = SERVER_CORE) -> Iterator[HttpProcess]:
    """A server that accepts connections. Its log goes where nobody reads it."""
    process = _started(kind.command, f"{SERVER_CORE},{LOAD_CORE}" if kind.cores == 2 else str(core))
    try:
        yield process
    finally:
        process.stop()


def _started(command: tuple[str, ...], cores: str, attempts: int = 3) -> HttpProcess:
    port = free_port()
    process = HttpProcess(pinned(cores, [*command, "--port", str(port)]), port=port)
    try:
        process.wait_until_ready()
    except RuntimeError:
        process.stop()
        # Somebody else may have taken the port meanwhile.
        if attempts > 1:
            return _started(command, cores, attempts - 1)
        raise
    except BaseException:
        process.stop()
        raise
    return process


def measure_http(cells: list[Cell], effort: Effort, backend: str) -> Iterator[tuple[Cell, Numbers | str]]:
    """The cells of one process; of one that cannot be measured, why."""
    kind = kind_of(cells[0])
    left = list(cells)
    try:
        with http_server(kind) as process:
            while left:
                cell = left[0]
                # Before its connections are open: a server may close those that are idle.
                wait_for_calm(effort.patience)
                options = load_options(cell, effort, cell is cells[0], backend)
                load = Load("http", "--address", f"127.0.0.1:{process.port}", *options)
                try:
                    measured: Numbers | str = load.measure(process.process.pid)
                except FAILURES as error:
                    measured = str(error)
                left.pop(0)
                yield cell, measured
                if process.process.poll() is not None:
                    raise RuntimeError(f"the server ended with code {process.process.returncode}")
    except FAILURES as error:
        for cell in left:
            yield cell, str(error)


def measure_idle(cell: Cell, effort: Effort) -> Numbers:
    """What a thousand clients that ask nothing take of a server's memory, and of its time while they are held."""
    kind = kind_of(cell)
    held = "--sessions" if cell.operation == "idle sessions" else "--listeners"
    with http_server(kind) as process:
        pid = process.process.pid
        address = ("--address", f"127.0.0.1:{process.port}", "--era", era(cell.wire))
        # What is made once, for whoever comes first, is not what one of a thousand takes.
        first = Load("idle", *address, held, "16")
        try:
            first.line()
            before = resident_mib(pid)
        finally:
            first.stop()
        wait_for_calm(effort.patience)
        used = cpu_seconds(pid)
        load = Load("idle", *address, held, str(IDLERS))
        try:
            load.line()
            return {
                "kib_each": (resident_mib(pid) - before) * 1024 / IDLERS,
                "cpu_us": (cpu_seconds(pid) - used) / IDLERS * 1e6,
                "rss_mib": resident_mib(pid),
            }
        finally:
            load.stop()


def measure_uptime(cell: Cell, effort: Effort) -> Numbers:
    """Memory before any call, after a hundred thousand of them, and after as many as are asked for or there is time for."""
    kind = kind_of(cell)
    options = ["--era", era(cell.wire), "--call", "echo", "--connections", str(cell.width), "--warmup", "0"]
    settle = min(SETTLE_CALLS, effort.calls // 2)
    with http_server(kind) as process:
        pid = process.process.pid
        measured: dict[str, float] = {"start_mib": resident_mib(pid)}
        calls = 0.0
        for name, most in (("settled", settle), ("last", effort.calls - settle)):
            seconds = effort.longest * most / effort.calls
            limits = ("--most", str(most), "--seconds", str(seconds))
            load = Load("http", "--address", f"127.0.0.1:{process.port}", *options, *limits)
            taken = load.measure(pid)
            calls += taken["answers"]
            measured |= {f"{name}_mib": taken["rss_mib"], f"{name}_us": taken["cpu_us"]}
    return measured | {"answers": calls, "growth_mib": measured["last_mib"] - measured["settled_mib"]}


BACKEND = ProcessKind("hyper", tuple(CONTENDERS["hyper"].command(NO_WIRE)), 1, "")
"""What the tools fetch from that fetch something."""
