"""What is measured: operations, ways to a server, cells, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

Numbers = Mapping[str, float]

MODERN, SESSION = "modern", "session"
MODERN_STREAM, SESSION_STREAM = "modern, streams", "session, streams"
STDIO_MODERN, STDIO_SESSION = "stdio, modern", "stdio, session"
NO_WIRE = ""
WIRES = {
    MODERN: "2026-07-28 over HTTP, JSON answers",
    SESSION: "2025-11-25 over HTTP, sessions, JSON answers",
    MODERN_STREAM: "2026-07-28 over HTTP, answers may be event streams",
    SESSION_STREAM: "2025-11-25 over HTTP, sessions, answers may be event streams",
    STDIO_MODERN: "2026-07-28 over stdio",
    STDIO_SESSION: "2025-11-25 over stdio",
    NO_WIRE: "",
}
"""Every way to a server, and what it is."""


@dataclass(frozen=True)
class Operation:
    """Something a server is asked for, or that is done to it."""

    name: str
    title: str
    measure: str = "load"
    """Which measurement it takes: load, ask, start, idle, uptime, import or size."""
    call: str = "echo"
    text_bytes: int = 0
    tools: int = 0
    """How many tools the server has; the usual ones if 0."""
    sessions: int = 0
    """How many sessions rest beside those that call."""
    answer_bytes: int = 0
    """About as long as the longest answer of oxmcp, for the server that answers fixed bytes; its usual answer if 0."""
    own_process: bool = False
    """Whether it is measured in a process that has done nothing else, for the sake of its memory."""


def _load(name: str, title: str, **settings: int | str | bool) -> Operation:
    return Operation(name, title, **settings)  # type: ignore[arg-type]


OPERATIONS = {
    operation.name: operation
    for operation in (
        _load("echo", "a text and back, plain function"),
        _load("echo async", "a text and back, async function", call="echo_async"),
        _load("add", "two numbers in, structured content out", call="add"),
        _load("search", "nested arguments in, 20 records with an output schema out", call="search", answer_bytes=8_800),
        _load("await", "an async function that awaits 1 ms", call="echo_later"),
        _load("block", "a plain function that blocks for 1 ms", call="echo_blocking"),
        _load("progress", "ten reports of progress before the result", call="steps"),
        _load("list 50", "tools/list of 50 tools", call="tools/list", tools=50, answer_bytes=25_000),
        _load("list 500", "tools/list of 500 tools", call="tools/list", tools=500, answer_bytes=250_000),
        _load("list 1000", "tools/list of 1,000 tools", call="tools/list", tools=1000, answer_bytes=500_000),
        _load("echo 1 kB", "a text of 1 kB and back", text_bytes=1_000),
        _load("echo 10 kB", "a text of 10 kB and back", text_bytes=10_000),
        _load("echo 100 kB", "a text of 100 kB and back", text_bytes=100_000, own_process=True),
        _load("echo 1 MB", "a text of 1 MB and back", text_bytes=1_000_000, own_process=True),
        _load("echo 10 MB", "a text of 10 MB and back", text_bytes=10_000_000, own_process=True),
        _load("TM Dev Lab", "the tools of TM Dev Lab's comparison, one after the other", call="tm-dev-lab", tools=4),
        _load("echo of 10 tools", "a text and back, among 10 tools", tools=10),
        _load("echo of 1000 tools", "a text and back, among 1,000 tools", tools=1000),
        _load("echo, 10 sessions", "a text and back, 10 more sessions resting", sessions=10, own_process=True),
        _load("echo, 10000 sessions", "a text and back, 9,900 more sessions resting", sessions=9_900, own_process=True),
        Operation("ask", "a call that asks its client once, awaiting the answer", "ask", call="confirm"),
        Operation("ask by result", "a call that asks its client once, by its result", "ask", call="confirmed"),
        Operation("start", "from spawning it, with 10 tools, to the first answer over stdio", "start", tools=10),
        Operation("idle sessions", "1,000 sessions that rest", "idle"),
        Operation("idle listeners", "1,000 open streams that listen", "idle"),
        Operation("uptime", "memory at the start, after 100,000 calls and after a million", "uptime"),
        Operation("import", "importing the package, and ending", "import"),
        Operation("size", "what installing the package puts on the disk", "size"),
    )
}
"""Every operation, by its name. What later issues build is added here, and to the plan."""


@dataclass(frozen=True)
class Cell:
    """One thing that is measured of one server."""

    operation: str
    server: str
    wire: str
    width: int = 1
    """Connections over HTTP, each with one call under way; calls under way over stdio."""
    cores: int = 1
    """How many the server may use; with two it shares the second with the load."""

    def __str__(self) -> str:
        parts = [self.server, self.operation, self.wire]
        parts += [f"{self.width} wide"] if self.wire else []
        parts += ["two cores"] if self.cores == 2 else []
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Taken:
    """What several measurements of one cell came to."""

    samples: list[Numbers] = field(default_factory=list)

    def __getitem__(self, name: str) -> float:
        """The median of a figure."""
        return median(sample[name] for sample in self.samples if name in sample)

    def get(self, name: str) -> float | None:
        """The median of a figure; None if it was not measured."""
        values = [sample[name] for sample in self.samples if name in sample]
        return median(values) if values else None

    def spread(self, name: str) -> float | None:
        """How far the highest and the lowest are apart, as a share of the median. None of a single one."""
        values = [sample[name] for sample in self.samples if name in sample]
        if len(values) < 2 or not median(values):
            return None
        return (max(values) - min(values)) / median(values)


Results = Mapping[Cell, Taken]
