"""How a server is measured, whatever language it is written in.

The server is pinned to core 0 and the load to core 1. Cost is the CPU time of the whole server process (all threads,
children included) between two readings of its CPU clock, divided by the answers received between them; every answer's id
and text is checked. All servers take part in every round, one after the other; medians of the rounds are compared.
`bare hyper` reads a request and answers fixed bytes: the ceiling for an HTTP server of this kind. Bounded in count and
time, loopback only.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "servers"), str(HERE)]

from processes import HttpProcess, end, free_port  # noqa: E402
from targets import Cell, Results, Verdict  # noqa: E402

TARGET_DIR = HERE.parent.parent / "target" / "load"
SERVER_CORE = 0
LOAD_CORE = 1
CEILING = "bare hyper"
SPAWN_WITHIN = 60.0
"""Seconds a process that is only started and waited for may take at the very most."""

CALM_FOR, CALM_BELOW = 0.2, 0.15
"""Seconds to look at the machine, and the share of its CPUs that may be busy."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How long and how often to measure.

    The warm-up ends after so many answers or seconds, whichever comes first; a process that is measured in several cells
    is warmed up once, and then only so far that its new connections are.
    """

    rounds: int
    seconds: float
    warmup: int
    rewarm: int
    warmup_seconds: float
    spawns: int
    patience: float = 0
    """How many seconds to wait, before each measurement, for a calm machine."""


@dataclass(frozen=True)
class Suite:
    """The servers of one language, and what is promised about ours among them."""

    command: Callable[[str], list[str]]
    """What starts a server, without the options that all servers take: --port N or --stdio, and --tools N."""
    cells: Callable[[bool], list[Cell]]
    """Everything to measure; less when it has to be quick."""
    judge: Callable[[Results], Iterable[Verdict]]
    versions: Callable[[], dict[str, str]]
    full: Effort
    quick: Effort
    many_tools: int
    """How many tools a list has."""
    import_command: Callable[[str], list[str]] | None = None
    """What starts a process that imports a package and ends."""
    others: Mapping[str, Callable[[Suite, Cell, Effort], dict[str, float]]] = field(default_factory=dict)
    """What measures the scenarios that only this language has."""
    sizes: Callable[[], Mapping[Cell, Mapping[str, float]]] = dict
    """What is measured without running a server."""


def cpu_seconds(pid: int) -> float:
    """CPU time a process and its living descendants have used, from the kernel's own clocks."""
    total = time.clock_gettime_ns((~pid << 3) | 2) / 1e9  # the clock id of another process's CPU time
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(cpu_seconds(int(child)) for child in children.read_text().split())
    return total


def children_seconds() -> float:
    """CPU time of all our processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machine_seconds() -> float:
    """CPU time all processes of the machine have used."""
    user, nice, system, _, _, *interrupts = map(int, Path("/proc/stat").read_text().split(maxsplit=8)[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def wait_for_calm(at_most: float) -> None:
    """Wait until the machine is nearly idle, but not for ever."""
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        begun, before = time.monotonic(), machine_seconds()
        time.sleep(CALM_FOR)
        if machine_seconds() - before < CALM_BELOW * (time.monotonic() - begun) * (os.cpu_count() or 1):
            return


def main_thread_seconds(pid: int) -> float:
    """CPU time the first thread of a process has used: the one that runs JavaScript, or Python's main thread."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


def resident_mib(pid: int) -> float:
    """Resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def pinned(cores: str | int, command: list[str]) -> list[str]:
    """The command, bound to these cores; taskset replaces itself, so the process id stays."""
    return ["taskset", "-c", str(cores), *command]


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
            # Over pipes the server is the load generator's child.
            ours = [self.process.pid] if pid is None else [self.process.pid, server]
            all_before, ours_before = machine_seconds(), sum(map(cpu_seconds, ours))
            before, main_before = cpu_seconds(server), main_thread_seconds(server)
            self._go()
            result: dict[str, float] = json.loads(self._line())
            used, main_used = cpu_seconds(server) - before, main_thread_seconds(server) - main_before
            others = machine_seconds() - all_before - (sum(map(cpu_seconds, ours)) - ours_before)
            memory = resident_mib(server)
            self._go()
            self.process.wait(30)
        finally:
            end(self.process)  # type: ignore[arg-type]
        return {
            "cpu_us": used / result["answers"] * 1e6,
            "main_us": main_used / result["answers"] * 1e6,
            "per_second": result["answers"] / result["seconds"],
            "p50_us": result["p50_us"],
            "p99_us": result["p99_us"],
            "answers": result["answers"],
            "others_percent": max(0.0, others / result["seconds"] / (os.cpu_count() or 1) * 100),
            "rss_mib": memory,
        }


def common_options(suite: Suite, cell: Cell, effort: Effort, warm: bool = False) -> list[str]:
    tools = ["--tools", str(suite.many_tools)] if cell.scenario == "list" else []
    warmup = effort.rewarm if warm else effort.warmup
    if cell.scenario == "list":
        warmup //= 10
    return [
        *("--era", cell.era, "--call", cell.call, "--connections", str(cell.connections)),
        *("--seconds", str(effort.seconds), "--warmup", str(warmup), "--warmup-seconds", str(effort.warmup_seconds)),
        *tools,
    ]


@contextmanager
def http_server(suite: Suite, cell: Cell) -> Iterator[HttpProcess]:
    with started(suite, cell) as process:
        yield process


def started(suite: Suite, cell: Cell, attempts: int = 3) -> HttpProcess:
    """A server that accepts connections."""
    cores = f"{SERVER_CORE},{LOAD_CORE}" if cell.cores == 2 else SERVER_CORE
    tools = ["--tools", str(suite.many_tools)] if cell.scenario == "list" else []
    port = free_port()
    if cell.server == CEILING:
        command = [str(TARGET_DIR / "release" / "bare_hyper"), str(port)]
    else:
        command = [*suite.command(cell.server), "--port", str(port), *tools]
    process = HttpProcess(pinned(cores, command), port=port)
    try:
        process.wait_until_ready()
    except RuntimeError:
        process.stop()
        # Somebody else may have taken the port meanwhile.
        if attempts > 1:
            return started(suite, cell, attempts - 1)
        raise
    except BaseException:
        process.stop()
        raise
    return process


def measure_http(suite: Suite, chosen: list[Cell], effort: Effort) -> Iterator[tuple[Cell, dict[str, float]]]:
    """One round over HTTP: a server is started for each kind of call and measured in all cells of that kind.

    A server that fails loses what is left of its own round; the others are measured all the same.
    """
    by_process: dict[tuple[str, str, int], list[Cell]] = defaultdict(list)
    for cell in chosen:
        by_process[cell.server, cell.call, cell.cores].append(cell)
    for its_cells in by_process.values():
        try:
            with http_server(suite, its_cells[0]) as process:
                for number, cell in enumerate(its_cells):
                    unchecked = ["--unchecked"] if cell.server == CEILING else []
                    address = f"127.0.0.1:{process.port}"
                    options = common_options(suite, cell, effort, warm=number > 0)
                    # Before its connections are open: a server may close those that are idle.
                    wait_for_calm(effort.patience)
                    load = Load("http", "--address", address, *options, *unchecked)
                    yield cell, load.measure(process.process.pid)
        except (RuntimeError, AssertionError, OSError, subprocess.SubprocessError) as error:
            print(f"{its_cells[0].server}, {its_cells[0].call}: not measured in this round: {error}", file=sys.stderr)


def measure_stdio(suite: Suite, cell: Cell, effort: Effort) -> dict[str, float]:
    """One server process over pipes."""
    command = pinned(SERVER_CORE, [*suite.command(cell.server), "--stdio"])
    wait_for_calm(effort.patience)
    return Load("stdio", *common_options(suite, cell, effort), "--", *command).measure(None)


INITIALIZE = (
    b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},'
    b'"clientInfo":{"name":"load","version":"1.0.0"}}}\n'
)


def measure_start(suite: Suite, cell: Cell) -> dict[str, float]:
    """Spawn a server with three plain tools and wait for the first answer."""
    begun = time.monotonic()
    process = subprocess.Popen(
        pinned(SERVER_CORE, [*suite.command(cell.server), "--stdio"]),
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


def measure_import(suite: Suite, cell: Cell) -> dict[str, float]:
    """Spawn a process that imports a package and ends, and wait for the end."""
    assert suite.import_command
    command = pinned(SERVER_CORE, suite.import_command(cell.server))
    before = children_seconds()
    begun = time.monotonic()
    subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=SPAWN_WITHIN)
    wall = time.monotonic() - begun
    return {"wall_ms": wall * 1e3, "cpu_us": (children_seconds() - before) * 1e6}


def run(suite: Suite, chosen: list[Cell], effort: Effort, say: Say) -> dict[Cell, dict[str, float]]:
    """Measure every cell in every round; return medians."""
    samples: dict[Cell, list[dict[str, float]]] = defaultdict(list)

    def note(cell: Cell, measured: dict[str, float]) -> None:
        samples[cell].append(measured)
        say(f"{cell}: " + ", ".join(f"{name} {number:,.1f}" for name, number in measured.items()))

    for number in range(effort.rounds):
        say(f"round {number + 1} of {effort.rounds}")
        for scenario in ("http", "list"):
            for cell, measured in measure_http(suite, [cell for cell in chosen if cell.scenario == scenario], effort):
                note(cell, measured)
        for cell in chosen:
            if cell.scenario == "stdio":
                note(cell, measure_stdio(suite, cell, effort))
            elif measure := suite.others.get(cell.scenario):
                note(cell, measure(suite, cell, effort))
    for _ in range(effort.spawns):
        for cell in chosen:
            if cell.scenario == "start":
                note(cell, measure_start(suite, cell))
            elif cell.scenario == "import":
                note(cell, measure_import(suite, cell))
    return {
        cell: {name: median(sample[name] for sample in taken) for name in taken[0]} | {"runs": len(taken)}
        for cell, taken in samples.items()
    }


COLUMNS = (
    ("CPU µs", "cpu_us", "{:,.1f}", 10),
    ("of main", "main_us", "{:,.1f}", 9),
    ("per s", "per_second", "{:,.0f}", 9),
    ("p50 µs", "p50_us", "{:,.0f}", 8),
    ("p99 µs", "p99_us", "{:,.0f}", 9),
    ("wall ms", "wall_ms", "{:,.1f}", 9),
    ("RSS MiB", "rss_mib", "{:,.0f}", 8),
    ("MB", "megabytes", "{:,.2f}", 6),
    ("others", "others_percent", "{:,.0f} %", 7),
)
"""Heading, name, format, width.

"Of main": what of the CPU time the first thread used. "Others": the share of the machine that other programs used meanwhile;
where it is high, compare CPU times only.
"""


def table(results: Results) -> str:
    """All measured cells, one line each; columns that nothing was measured for are left out."""
    columns = [column for column in COLUMNS if any(column[1] in measured for measured in results.values())]
    lines = [Cell.heading() + "".join(f" {heading:>{width}}" for heading, _, _, width in columns)]
    for cell, measured in results.items():
        shown = ((form.format(measured[name]) if name in measured else "–", width) for _, name, form, width in columns)
        lines.append(str(cell) + "".join(f" {text:>{width}}" for text, width in shown))
    return "\n".join(lines)
