"""The benchmark behind `make bench-python`: what one request costs a server, against the official SDK and fastmcp.

Usage: python tests/load/bench.py [--quick] [--only http stdio start list] [--servers oxmcp mcp …] [--json FILE]

Method. The server is pinned to core 0 and the load to core 1. Cost is the CPU time of the whole server process (all
threads, children included) between two readings of its CPU clock, divided by the answers received between them; every
answer's id and text is checked. All servers take part in every round, one after the other; medians of the rounds are
compared. "As installed" is asyncio with h11 and the default logs; "tuned" is uvloop with httptools, quiet logs and
coroutine tools. `bare hyper` reads a request and answers fixed bytes: the ceiling for an HTTP server of this kind.
Bounded in count and time, loopback only. Not a test: the exit code does not depend on the numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "servers"), str(HERE)]

from processes import HttpProcess, end, free_port  # noqa: E402
from targets import judge  # noqa: E402

TARGET_DIR = HERE.parent.parent / "target" / "load"
SERVER_CORE, LOAD_CORE = 0, 1
MANY_TOOLS = 500
RUN_WITHIN = 120.0
"""Seconds one measurement may take at the very most."""


@dataclass(frozen=True)
class Cell:
    """One thing that is measured."""

    scenario: str  # http, stdio, start, list
    server: str
    call: str
    era: str
    connections: int


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure."""

    rounds: int
    seconds: float
    warmup: int
    spawns: int


FULL = Effort(rounds=5, seconds=2.0, warmup=500, spawns=9)
QUICK = Effort(rounds=1, seconds=0.4, warmup=50, spawns=3)

PYTHON_SERVERS = {
    "oxmcp": ["oxmcp_server.py"],
    "mcp": ["mcp_server.py"],
    "mcp tuned": ["mcp_server.py", "--tuned"],
    "fastmcp": ["fastmcp_server.py"],
    "fastmcp tuned": ["fastmcp_server.py", "--tuned"],
}
CEILING = "bare hyper"


def cells(quick: bool) -> list[Cell]:
    """Everything to measure. Tuned peers have coroutine tools only: a plain function would cost them a thread."""
    chosen: list[Cell] = []
    widths = (16,) if quick else (1, 16, 64)
    for server, calls, some_widths in (
        (CEILING, ("fixed bytes",), widths),
        ("oxmcp", ("echo", "echo_async"), widths),
        ("mcp", ("echo", "echo_async"), widths),
        ("mcp tuned", ("echo_async",), widths),
        ("fastmcp", ("echo", "echo_async"), (16,)),
        ("fastmcp tuned", ("echo_async",), (16,)),
    ):
        eras = ("modern",) if server == CEILING else ("legacy", "modern")
        chosen += [Cell("http", server, call, era, width) for call in calls for era in eras for width in some_widths]
    for server, calls in (
        ("oxmcp", ("echo", "echo_async")),
        ("mcp", ("echo", "echo_async")),
        ("fastmcp", ("echo_async",)),
    ):
        chosen += [
            Cell("stdio", server, call, era, width)
            for call in calls
            for era in ("legacy", "modern")
            for width in (1, 64)
        ]
    chosen += [Cell("start", server, "initialize", "legacy", 1) for server in ("oxmcp", "mcp", "fastmcp")]
    chosen += [
        Cell("list", server, "tools/list", era, 1)
        for server in ("oxmcp", "mcp", "fastmcp")
        for era in ("legacy", "modern")
    ]
    return chosen


def cpu_seconds(pid: int) -> float:
    """CPU time a process and its living descendants have used, from the kernel's own clocks."""
    total = time.clock_gettime_ns((~pid << 3) | 2) / 1e9  # the clock id of another process's CPU time
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(cpu_seconds(int(child)) for child in children.read_text().split())
    return total


def resident_mib(pid: int) -> float:
    """Resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def pinned(core: int, command: list[str]) -> list[str]:
    """The command, bound to one core; taskset replaces itself, so the process id stays."""
    return ["taskset", "-c", str(core), *command]


def server_command(server: str, *options: str) -> list[str]:
    script, *flags = PYTHON_SERVERS[server]
    return pinned(SERVER_CORE, [sys.executable, str(HERE / "servers" / script), *flags, *options])


class Load:
    """One run of the load generator."""

    def __init__(self, *arguments: str) -> None:
        command = pinned(LOAD_CORE, [str(TARGET_DIR / "release" / "generator"), *arguments])
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def _line(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            _, errors = self.process.communicate(timeout=10)
            raise RuntimeError(errors.strip() or "the load generator said nothing")
        return line

    def _go(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def measure(self, pid: int | None) -> dict[str, float]:
        """Run; `pid` is the server's, or None if the generator started it and will tell."""
        try:
            ready = self._line().split()
            server = pid if pid is not None else int(ready[1])
            before = cpu_seconds(server)
            self._go()
            result: dict[str, float] = json.loads(self._line())
            used = cpu_seconds(server) - before
            memory = resident_mib(server)
            self._go()
            self.process.wait(30)
        finally:
            end(self.process)  # type: ignore[arg-type]
        return {
            "cpu_us": used / result["answers"] * 1e6,
            "per_second": result["answers"] / result["seconds"],
            "p50_us": result["p50_us"],
            "p99_us": result["p99_us"],
            "answers": result["answers"],
            "rss_mib": memory,
        }


def common_options(cell: Cell, effort: Effort) -> list[str]:
    tools = ["--tools", str(MANY_TOOLS)] if cell.scenario == "list" else []
    warmup = 5 if cell.scenario == "list" else effort.warmup
    return [
        *("--era", cell.era, "--call", cell.call, "--connections", str(cell.connections)),
        *("--seconds", str(effort.seconds), "--warmup", str(warmup), *tools),
    ]


@contextmanager
def http_server(server: str, *options: str) -> Iterator[HttpProcess]:
    port = free_port()
    if server == CEILING:
        command = pinned(SERVER_CORE, [str(TARGET_DIR / "release" / "bare_hyper"), str(port)])
    else:
        command = server_command(server, "--port", str(port), *options)
    with HttpProcess(command, port=port) as process:
        yield process


def measure_http(chosen: list[Cell], effort: Effort) -> Iterator[tuple[Cell, dict[str, float]]]:
    """One round over HTTP: a server is started for each kind of call and measured in all cells of that kind."""
    by_process: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in chosen:
        by_process[cell.server, cell.call].append(cell)
    for (server, _), its_cells in by_process.items():
        options = ["--tools", str(MANY_TOOLS)] if its_cells[0].scenario == "list" else []
        with http_server(server, *options) as process:
            for cell in its_cells:
                unchecked = ["--unchecked"] if server == CEILING else []
                address = f"127.0.0.1:{process.port}"
                load = Load("http", "--address", address, *common_options(cell, effort), *unchecked)
                yield cell, load.measure(process.process.pid)


def measure_stdio(cell: Cell, effort: Effort) -> dict[str, float]:
    """One server process over pipes."""
    return Load("stdio", *common_options(cell, effort), "--", *server_command(cell.server, "--stdio")).measure(None)


INITIALIZE = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
    b'"clientInfo":{"name":"load","version":"1.0.0"}}}\n'
)


def measure_start(cell: Cell) -> dict[str, float]:
    """Spawn a server with three plain tools and wait for the first answer."""
    begun = time.monotonic()
    process = subprocess.Popen(
        server_command(cell.server, "--stdio"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdin and process.stdout
        process.stdin.write(INITIALIZE)
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        if "protocolVersion" not in answer["result"]:
            raise RuntimeError(f"not an answer to initialize: {answer}")
        measured = {
            "wall_ms": (time.monotonic() - begun) * 1e3,
            "cpu_us": cpu_seconds(process.pid) * 1e6,
            "rss_mib": resident_mib(process.pid),
        }
        process.stdin.close()
        process.wait(20)
    finally:
        end(process)
    return measured


def run(chosen: list[Cell], effort: Effort, say: Any) -> dict[Cell, dict[str, float]]:
    """Measure every cell in every round; return medians."""
    samples: dict[Cell, list[dict[str, float]]] = defaultdict(list)

    def note(cell: Cell, measured: dict[str, float]) -> None:
        samples[cell].append(measured)
        say(f"{cell.scenario:<6} {cell.server:<14} {cell.call:<11} {cell.era:<7} {cell.connections:>3}: {measured}")

    for number in range(effort.rounds):
        say(f"round {number + 1} of {effort.rounds}")
        for scenario in ("http", "list"):
            for cell, measured in measure_http([cell for cell in chosen if cell.scenario == scenario], effort):
                note(cell, measured)
        for cell in chosen:
            if cell.scenario == "stdio":
                note(cell, measure_stdio(cell, effort))
    for _ in range(effort.spawns):
        for cell in chosen:
            if cell.scenario == "start":
                note(cell, measure_start(cell))
    return {
        cell: {name: median(sample[name] for sample in taken) for name in taken[0]} | {"runs": len(taken)}
        for cell, taken in samples.items()
    }


def table(results: dict[Cell, dict[str, float]]) -> str:
    """All measured cells, one line each."""
    lines = [
        f"{'scenario':<8} {'server':<14} {'call':<11} {'era':<7} {'width':>5} {'CPU µs':>10} {'per s':>9} "
        f"{'p50 µs':>8} {'p99 µs':>9} {'RSS MiB':>8}"
    ]
    for cell, measured in results.items():
        numbers = [measured.get(name) for name in ("per_second", "p50_us", "p99_us", "rss_mib")]
        shown = ["–" if number is None else f"{number:,.0f}" for number in numbers]
        lines.append(
            f"{cell.scenario:<8} {cell.server:<14} {cell.call:<11} {cell.era:<7} {cell.connections:>5} "
            f"{measured['cpu_us']:>10,.1f} {shown[0]:>9} {shown[1]:>8} {shown[2]:>9} {shown[3]:>8}"
        )
    return "\n".join(lines)


def versions() -> dict[str, str]:
    """What was measured, where."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "kernel": platform.release(), "cores": str(os.cpu_count())}
    for package in ("oxmcp", "mcp", "fastmcp", "uvicorn", "uvloop", "httptools"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def main() -> int:
    """Build the generator, measure, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short round, for development: not for publication")
    parser.add_argument("--only", nargs="+", choices=("http", "stdio", "start", "list"), help="some scenarios")
    parser.add_argument("--servers", nargs="+", help="some servers")
    parser.add_argument("--json", type=Path, help="write everything to this file")
    parser.add_argument("--verbose", action="store_true", help="show every run")
    options = parser.parse_args()
    cargo = ["cargo", "build", "--release", "--quiet", "--manifest-path", str(HERE / "generator" / "Cargo.toml")]
    subprocess.run([*cargo, "--target-dir", str(TARGET_DIR)], check=True)
    os.sched_setaffinity(0, {LOAD_CORE})
    chosen = [
        cell
        for cell in cells(options.quick)
        if (not options.only or cell.scenario in options.only)
        and (not options.servers or cell.server in options.servers)
    ]
    say = (lambda line: print(line, file=sys.stderr, flush=True)) if options.verbose else (lambda line: None)
    results = run(chosen, QUICK if options.quick else FULL, say)
    verdicts = judge({(c.scenario, c.server, c.call, c.era, c.connections): m for c, m in results.items()})
    print(table(results))
    print()
    print("\n".join(str(verdict) for verdict in verdicts))
    if options.json:
        document = {
            "versions": versions(),
            "quick": options.quick,
            "cells": [cell.__dict__ | measured for cell, measured in results.items()],
            "targets": [verdict.__dict__ for verdict in verdicts],
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
