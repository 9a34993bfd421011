"""oxmcp for Python next to the official SDK and fastmcp.

"As installed" is asyncio with h11 and the default logs; "tuned" is uvloop with httptools, quiet logs and coroutine tools.
"oxmcp mounted" is our ASGI application in the same listener as "mcp", "oxmcp tuned" in that of "mcp tuned".
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from asking import OVER_HTTP, OVER_PIPES, measure_asking
from method import CEILING, HERE, Effort, Suite
from targets import Cell, Results, Verdict, at_least, at_most, below

MANY_TOOLS = 500

SERVERS = {
    "oxmcp": ["oxmcp_server.py"],
    "oxmcp mounted": ["oxmcp_server.py", "--mounted"],
    "oxmcp tuned": ["oxmcp_server.py", "--mounted", "--tuned"],
    "mcp": ["mcp_server.py"],
    "mcp tuned": ["mcp_server.py", "--tuned"],
    "fastmcp": ["fastmcp_server.py"],
    "fastmcp tuned": ["fastmcp_server.py", "--tuned"],
}


def command(server: str) -> list[str]:
    """Every server runs in the interpreter that runs this."""
    script, *flags = SERVERS[server]
    return [sys.executable, str(HERE / "servers" / script), *flags]


def cells(quick: bool) -> list[Cell]:
    """Everything to measure. Tuned peers have coroutine tools only: a plain function would cost them a thread."""
    chosen: list[Cell] = []
    widths = (16,) if quick else (1, 16, 64)
    for server, calls, some_widths in (
        (CEILING, ("fixed bytes",), widths),
        ("oxmcp", ("echo", "echo_async"), widths),
        ("oxmcp mounted", ("echo", "echo_async"), (16,)),
        ("oxmcp tuned", ("echo_async",), (16,)),
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
    # What mcp awaits in a session it has to resolve in the other era, where there is nothing to await on.
    chosen += [
        Cell(scenario, server, call, era, 1)
        for scenario in (OVER_HTTP, OVER_PIPES)
        for server in ("oxmcp", "mcp")
        for call, era in (("confirm", "legacy"), ("confirmed", "modern"))
    ]
    chosen += [Cell(scenario, "oxmcp", "confirm", "modern", 1) for scenario in (OVER_HTTP, OVER_PIPES)]
    return chosen


def versions() -> dict[str, str]:
    """What was measured."""
    found = {"python": platform.python_version()}
    for package in ("oxmcp", "mcp", "fastmcp", "uvicorn", "uvloop", "httptools"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def judge(results: Results) -> list[Verdict]:
    """Every target in every cell that was measured on both sides."""
    return [*_http(results), *_stdio(results), *_start(results), *_list(results), *_mounted(results), *_ask(results)]


def _http(results: Results) -> Iterator[Verdict]:
    for cell, ours in results.items():
        if (cell.scenario, cell.server) != ("http", "oxmcp"):
            continue
        call, era, width = cell.call, cell.era, cell.connections
        where = f"{call} {era} c={width}"
        tuned = Cell("http", "mcp tuned", "echo_async", era, width)
        installed = Cell("http", "mcp", call, era, width)
        rivals = (
            ("CPU of a call: at most 1/20 of tuned mcp", tuned, 1 / 20),
            ("CPU of a call: at most 1/35 of mcp as installed", installed, 1 / 35),
            ("CPU of a call: at most twice bare hyper", Cell("http", CEILING, "fixed bytes", "modern", width), 2.0),
        )
        for target, rival, share in rivals:
            if theirs := results.get(rival):
                yield at_most(target, where, ours["cpu_us"], theirs["cpu_us"], share, "µs")
        if width == 64:
            for name, rival in (("tuned mcp", tuned), ("mcp as installed", installed)):
                if theirs := results.get(rival):
                    target = f"p99 at 64 connections: at most 1/10 of {name}"
                    yield at_most(target, where, ours["p99_us"], theirs["p99_us"], 1 / 10, "µs")


def _stdio(results: Results) -> Iterator[Verdict]:
    for cell, ours in results.items():
        theirs = results.get(Cell("stdio", "mcp", cell.call, cell.era, cell.connections))
        if (cell.scenario, cell.server) != ("stdio", "oxmcp") or not theirs:
            continue
        where = f"{cell.call} {cell.era}"
        if cell.connections == 64:
            target = "stdio, 64 in flight: at least 15 times mcp's calls/s"
            yield at_least(target, where, ours["per_second"], theirs["per_second"], 15, "calls/s")
        else:
            target = "stdio, one at a time: at most 1/8 of mcp's CPU"
            yield at_most(target, where, ours["cpu_us"], theirs["cpu_us"], 1 / 8, "µs")


def _start(results: Results) -> Iterator[Verdict]:
    ours = results.get(Cell("start", "oxmcp", "initialize", "legacy", 1))
    if not ours:
        return
    theirs = results.get(Cell("start", "mcp", "initialize", "legacy", 1), {})
    detail = f"mcp {theirs['cpu_us'] / 1e6:.2f} s" if theirs else "mcp not measured"
    target = "spawn to first answer: at most 0.15 s of CPU"
    yield below(target, "three plain tools", ours["cpu_us"] / 1e6, 0.15, detail)
    detail = f"mcp {theirs['rss_mib']:.0f} MiB" if theirs else "mcp not measured"
    yield below("resident after it: at most 35 MiB", "three plain tools", ours["rss_mib"], 35, detail)


def _list(results: Results) -> Iterator[Verdict]:
    for era in ("legacy", "modern"):
        ours = results.get(Cell("list", "oxmcp", "tools/list", era, 1))
        theirs = results.get(Cell("list", "mcp", "tools/list", era, 1))
        if ours and theirs:
            target = "CPU of a list of 500 tools: at most 1/50 of mcp's"
            yield at_most(target, era, ours["cpu_us"], theirs["cpu_us"], 1 / 50, "µs")


def _mounted(results: Results) -> Iterator[Verdict]:
    for ours_is, theirs_is in (("oxmcp mounted", "mcp"), ("oxmcp tuned", "mcp tuned")):
        for cell, ours in results.items():
            theirs = results.get(Cell("http", theirs_is, cell.call, cell.era, cell.connections))
            if (cell.scenario, cell.server) == ("http", ours_is) and theirs:
                target = f"CPU of a call, mounted: at most 1/4 of {theirs_is}"
                where = f"{cell.call} {cell.era} c={cell.connections}"
                yield at_most(target, where, ours["cpu_us"], theirs["cpu_us"], 1 / 4, "µs")


def _ask(results: Results) -> Iterator[Verdict]:
    for cell, ours in results.items():
        call = "confirm" if cell.era == "legacy" else "confirmed"
        theirs = results.get(Cell(cell.scenario, "mcp", call, cell.era, 1))
        if cell.scenario in (OVER_HTTP, OVER_PIPES) and cell.server == "oxmcp" and theirs:
            target, where = "CPU of asking once: at most 1/10 of mcp's", f"{cell.scenario} {cell.call} {cell.era}"
            yield at_most(target, where, ours["cpu_us"], theirs["cpu_us"], 1 / 10, "µs")


SUITE = Suite(
    command=command,
    cells=cells,
    judge=judge,
    versions=versions,
    full=Effort(rounds=5, seconds=2.0, warmup=500, rewarm=500, warmup_seconds=10.0, spawns=9),
    quick=Effort(rounds=1, seconds=0.4, warmup=50, rewarm=50, warmup_seconds=5.0, spawns=3),
    many_tools=MANY_TOOLS,
    others={OVER_HTTP: measure_asking, OVER_PIPES: measure_asking},
)
