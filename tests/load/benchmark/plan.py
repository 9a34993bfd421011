"""Which cells are measured, in which order, and about how long that takes.

Not every operation in every way at every width: a full run is to fit into 40 minutes on two cores. Widths are varied for the
plain call; everything else is measured at sixteen connections, in the ways that people serve it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .cells import (
    MODERN,
    MODERN_STREAM,
    NO_WIRE,
    OPERATIONS,
    SESSION,
    SESSION_STREAM,
    STDIO_MODERN,
    STDIO_SESSION,
    Cell,
)
from .contenders import CONTENDERS, IMPORTS
from .effort import WARMUP, Effort

WIDTH = 16
WIDTHS = (1, 16, 64, 512)
LARGE_WIDTH = 4
"""Connections of those calls that move megabytes."""
SIZES = ("echo 1 kB", "echo 10 kB", "echo 100 kB", "echo 1 MB", "echo 10 MB")
"""The echoes of longer and longer texts."""

OURS = ("oxmcp-python", "oxmcp-typescript", "oxmcp-rust")
PYTHON = ("oxmcp-python", "mcp", "mcp-tuned", "fastmcp")
TYPESCRIPT = ("oxmcp-typescript", "ts-server", "ts-sdk", "npm-fastmcp")
RUST = ("oxmcp-rust", "rmcp")
MCP = (*PYTHON, *TYPESCRIPT, *RUST)

BEST_JSON = {"ts-sdk": SESSION, "npm-fastmcp": SESSION, "ts-server": SESSION}
"""The way in which a server answers JSON at least cost, where that is not the modern era: ours is measured both ways."""


def width_of(name: str) -> int:
    """Over how many connections texts of a length are sent, and lists of a length are asked for."""
    operation = OPERATIONS[name]
    is_long_list = operation.call == "tools/list" and operation.tools >= 500
    return LARGE_WIDTH if operation.text_bytes >= 100_000 or is_long_list else WIDTH


def plan(quick: bool) -> list[Cell]:
    """Every cell, in the order of a round."""
    cells = list(dict.fromkeys(_quick() if quick else _full()))
    return [cell for cell in cells if cell.wire == NO_WIRE or cell.wire in CONTENDERS[cell.server].wires]


def _full() -> Iterator[Cell]:
    yield from _widths(WIDTHS)
    yield from _operations(("echo async", "add", "search", "await", "block"))
    yield from _streams()
    yield from _lists(("list 50", "list 500"))
    yield from _lists(("list 1000",), (*OURS, "mcp-tuned", "ts-server", "rmcp"))
    yield from _sizes(SIZES)
    yield from _tm_dev_lab()
    yield from _growth()
    yield from _two_cores()
    yield from _stdio((1, 64))
    yield from _asking()
    yield from _still()


def _quick() -> Iterator[Cell]:
    yield from _widths((16,), session_widths=())
    yield from _operations(("echo async", "search"))
    yield from _lists(("list 50",), PYTHON[:3] + TYPESCRIPT[:3] + RUST)
    yield from _sizes(("echo 1 MB",))
    yield from _growth()
    yield from _stdio((64,))
    yield from _asking(("oxmcp-python", "mcp"))
    yield from _still(("oxmcp-python", "oxmcp-typescript", "oxmcp-rust", "mcp", "ts-server", "rmcp"))


def _all(operation: str, servers: Iterable[str], wires: Iterable[str], widths: Iterable[int]) -> Iterator[Cell]:
    for server in servers:
        for wire in wires:
            for width in widths:
                yield Cell(operation, server, wire, width)


def _widths(widths: tuple[int, ...], session_widths: tuple[int, ...] = (64, 512)) -> Iterator[Cell]:
    """The plain call, at every width in its best way, at sixteen in all."""
    yield from _all("echo", ("hyper", "node-http"), (MODERN,), widths)
    yield from _all("echo", ("granian", "uvicorn", "uvicorn-tuned"), (MODERN,), (WIDTH,))
    for server in MCP:
        best = BEST_JSON.get(server, MODERN)
        yield from _all("echo", (server,), (best,), widths)
        yield from _all("echo", (server,), (MODERN, SESSION), (WIDTH,))
        if len(widths) > 1:
            yield from _all("echo", (server,), (MODERN_STREAM, SESSION_STREAM), (WIDTH,))
    yield from _all("echo", ("oxmcp-typescript", "node-http"), (SESSION,), (WIDTH, *session_widths))
    yield from _all("echo", ("ts-server-hoisted",), (MODERN,), (WIDTH,))
    yield from _all("echo", ("rmcp",), (SESSION_STREAM,), (WIDTH, *session_widths[:1]))
    yield from _all("echo", ("rmcp-nodelay",), (MODERN, SESSION_STREAM), (WIDTH,))
    yield from _all("echo", ("oxmcp-mounted", "oxmcp-mounted-tuned"), (MODERN,), (WIDTH,))


def _json_wires(server: str) -> tuple[str, ...]:
    """Where an operation is measured: what the server is best at; ours wherever one of the others is."""
    if server in OURS or server == "node-http":
        return (MODERN, SESSION)
    return (BEST_JSON.get(server, MODERN),)


def _operations(names: tuple[str, ...]) -> Iterator[Cell]:
    for name in names:
        for server in (*MCP, "node-http"):
            yield from _all(name, (server,), _json_wires(server), (WIDTH,))
        if name == "search":
            yield from _all(name, ("ts-server",), (MODERN,), (WIDTH,))
            yield from _all(name, ("mcp-tuned",), (SESSION,), (WIDTH,))
            yield from _all(name, ("hyper",), (MODERN,), (WIDTH,))


def _streams() -> Iterator[Cell]:
    yield from _all("progress", (*MCP, "rmcp-nodelay"), (MODERN_STREAM, SESSION_STREAM), (WIDTH,))


def _lists(names: tuple[str, ...], servers: tuple[str, ...] = MCP) -> Iterator[Cell]:
    for name in names:
        yield from _all(name, ("hyper",), (MODERN,), (width_of(name),))
        for server in servers:
            yield from _all(name, (server,), (BEST_JSON.get(server, MODERN),), (width_of(name),))


def _sizes(names: tuple[str, ...]) -> Iterator[Cell]:
    for name in names:
        width = width_of(name)
        for server in ("hyper-echo", "node-http", *MCP):
            if server != "mcp":  # what it is without its tuning, the other widths show
                yield from _all(name, (server,), (BEST_JSON.get(server, MODERN),), (width,))
        if name == "echo 1 MB":
            yield from _all(name, ("oxmcp-python", "mcp-tuned"), (SESSION,), (width,))


def _tm_dev_lab() -> Iterator[Cell]:
    """Sessions and fifty users, as there; rmcp has no JSON answers in sessions."""
    for server in MCP:
        yield from _all("TM Dev Lab", (server,), (SESSION_STREAM if server == "rmcp" else SESSION,), (50,))


def _growth() -> Iterator[Cell]:
    yield from _all("echo of 10 tools", OURS, (MODERN,), (WIDTH,))
    yield from _all("echo of 1000 tools", OURS, (MODERN,), (WIDTH,))
    yield from _all("echo, 10 sessions", OURS, (SESSION,), (WIDTH,))
    yield from _all("echo, 10000 sessions", OURS, (SESSION,), (WIDTH,))


def _two_cores() -> Iterator[Cell]:
    for server in ("oxmcp-typescript", "oxmcp-thread", "oxmcp-loop", "node-http"):
        yield Cell("echo", server, MODERN, 64, cores=2)


def _stdio(widths: tuple[int, ...]) -> Iterator[Cell]:
    servers = [server for server in MCP if server != "mcp-tuned"]
    yield from _all("echo", servers, (STDIO_SESSION,), widths)
    yield from _all("echo", servers, (STDIO_MODERN,), widths[-1:])
    yield from _all("list 50", (*OURS, "mcp", "ts-server", "rmcp"), (STDIO_SESSION,), widths[-1:])


def _asking(servers: tuple[str, ...] = ("oxmcp-python", "mcp", *TYPESCRIPT[:3], *RUST)) -> Iterator[Cell]:
    for server in servers:
        yield from _all("ask", (server,), (SESSION_STREAM, STDIO_SESSION), (1,))
    yield from _all("ask", [server for server in OURS if server in servers], (MODERN, STDIO_MODERN), (1,))
    # What others await in a session has to be said by the result in the other era, where there is nothing to await on.
    by_result = [server for server in servers if server in ("oxmcp-python", "mcp", "oxmcp-typescript", "ts-server")]
    yield from _all("ask by result", by_result, (MODERN, STDIO_MODERN), (1,))


def _still(servers: tuple[str, ...] = tuple(server for server in MCP if server != "mcp-tuned")) -> Iterator[Cell]:
    for server in servers:
        yield Cell("start", server, STDIO_SESSION)
    for server in servers:
        if server == "npm-fastmcp":  # Each new session waits for a second, and they are begun one after the other.
            continue
        yield Cell("idle sessions", server, SESSION_STREAM)
        yield Cell("idle listeners", server, SESSION_STREAM)
    yield from _all("idle listeners", [server for server in OURS if server in servers], (MODERN_STREAM,), (1,))
    for server in servers:
        yield Cell("uptime", server, BEST_JSON.get(server, MODERN), WIDTH)
    for server in IMPORTS:
        yield Cell("import", server, NO_WIRE)
    yield Cell("size", "oxmcp-typescript", NO_WIRE)


SPAWN_SECONDS = {"Python": 1.2, "TypeScript": 0.5, "Rust": 0.15}
"""About how long a server takes to be there."""
ONCE = ("idle", "uptime", "import", "size")
"""What is not measured in every round."""


def longest_uptime(cell: Cell, effort: Effort) -> float:
    """How many seconds the calls of a server's uptime may take. Ours have to come to the end of them, peers need not."""
    return effort.longest * (4 if cell.server in OURS else 1)


def rounds_of(cell: Cell, effort: Effort) -> int:
    """How often a cell is measured."""
    measure = OPERATIONS[cell.operation].measure
    if measure in ("start", "import"):
        return effort.spawns
    return 1 if measure in ONCE else effort.rounds


def seconds_of(cell: Cell, effort: Effort, is_first: bool) -> float:
    """About how long one measurement of a cell takes; `is_first`: its process has to be started."""
    measure = OPERATIONS[cell.operation].measure
    language = CONTENDERS[cell.server].language if cell.server in CONTENDERS else "TypeScript"
    spawn = SPAWN_SECONDS[language]
    if measure == "start" or measure == "import":
        return spawn
    if measure == "size":
        return 1.0
    if measure == "idle":
        return spawn + (1.5 if cell.server in OURS else 4.0)
    if measure == "uptime":
        return spawn + effort.longest
    if measure == "ask":
        return spawn + effort.seconds + 0.3
    warm = min(effort.warmup(language, is_first)[1], WARMUP[language][1])
    operation = OPERATIONS[cell.operation]
    # What is under way when the time is over is waited for, and so is what warms up.
    is_heavy = operation.tools >= 500 or operation.text_bytes >= 1_000_000 or cell.width >= 512
    heavy = 2.0 if cell.server not in OURS and is_heavy else 0.0
    spawned = spawn if is_first or cell.wire.startswith("stdio") else 0
    return effort.seconds + 0.15 + warm * 0.7 + heavy + spawned
