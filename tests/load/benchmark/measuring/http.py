"""Servers over HTTP."""

from __future__ import annotations

import contextlib
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from ..cells import NO_WIRE, OPERATIONS, Cell, Numbers
from ..clocks import cpu_seconds, resident_mib
from ..contenders import CONTENDERS
from ..effort import Effort
from ..plan import longest_uptime
from .load import LOAD_CORE, SERVER_CORE, GivenUp, Load, complaint, era, limited, load_options, pinned, server_options

from processes import HttpProcess, free_port  # isort: skip

IDLERS = 1_000
"""How many sessions or streams are held."""
SETTLE_CALLS = 100_000
"""After so many calls a server's memory has found its size."""


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
    except RuntimeError as error:
        process.stop()
        # Somebody else may have taken the port meanwhile.
        if attempts > 1:
            return _started(command, cores, attempts - 1)
        raise RuntimeError(f"{error}: {_last_words(command)}") from error
    except BaseException:
        process.stop()
        raise
    return process


def _last_words(command: tuple[str, ...]) -> str:
    """What a server says that ends at once. Started for this alone: elsewhere nobody is to spend time on a log that is kept."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        ended = subprocess.run([*command, "--port", str(free_port())], capture_output=True, text=True, timeout=10)
        lines = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
        return lines[-1].strip() if lines else "it said nothing"
    return "it did not end when it was started once more"


def measure_http(cells: list[Cell], effort: Effort, backend: str) -> Iterator[tuple[Cell, Numbers | str]]:
    """The cells of one process, and of one that cannot be measured, why: whatever a server does loses its own figures only."""
    kind = kind_of(cells[0])
    left = list(cells)
    while left:
        is_first, is_well = True, True
        try:
            with http_server(kind) as process:
                # One that hangs or ends is started anew for the cells that are left.
                while left and is_well:
                    measured = _of_a_process(process, left[0], effort, is_first, backend)
                    is_first, is_well = False, not isinstance(measured, GivenUp) and process.process.poll() is None
                    yield left.pop(0), complaint(measured) if isinstance(measured, Exception) else measured
        except Exception as error:
            for cell in left:
                yield cell, complaint(error)
            return


def _of_a_process(
    process: HttpProcess, cell: Cell, effort: Effort, is_first: bool, backend: str
) -> Numbers | Exception:
    # Before its connections are open: a server may close those that are idle.
    effort.calm.wait()
    options = load_options(cell, effort, is_first, backend)
    try:
        with limited(effort.seconds):
            load = Load("http", "--address", f"127.0.0.1:{process.port}", *options)
            return load.measure(process.process.pid)
    except Exception as error:
        return error


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
        effort.calm.wait()
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
            seconds = longest_uptime(cell, effort) * most / effort.calls
            limits = ("--most", str(most), "--seconds", str(seconds))
            load = Load("http", "--address", f"127.0.0.1:{process.port}", *options, *limits)
            taken = load.measure(pid)
            calls += taken["answers"]
            measured |= {f"{name}_mib": taken["rss_mib"], f"{name}_us": taken["cpu_us"]}
    return measured | {"answers": calls, "growth_mib": measured["last_mib"] - measured["settled_mib"]}


BACKEND = ProcessKind("hyper", tuple(CONTENDERS["hyper"].command(NO_WIRE)), 1, "")
"""What the tools fetch from that fetch something."""
