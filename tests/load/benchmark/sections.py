"""The tables of BENCHMARKS.md, one section after the other."""

from __future__ import annotations

from collections.abc import Iterator

from .cells import (
    MODERN,
    MODERN_STREAM,
    NO_WIRE,
    SESSION,
    SESSION_STREAM,
    STDIO_MODERN,
    STDIO_SESSION,
    Cell,
    Results,
)
from .contenders import IMPORTS
from .plan import LARGE_WIDTH, WIDTH, WIDTHS
from .tables import CPU, MEMORY, P50, P99, RATE, Column, Figure, at, by_server, first_of, markdown, title_of


def sections(results: Results) -> Iterator[str]:
    """Those that something was measured for."""
    yield from _section(
        "A plain call",
        f"A text and back, {WIDTH} connections: CPU µs.",
        results,
        [
            Column("2026-07-28, JSON", CPU, at("echo", WIDTH, MODERN)),
            Column("2026-07-28, streams", CPU, at("echo", WIDTH, MODERN_STREAM)),
            Column("session, JSON", CPU, at("echo", WIDTH, SESSION)),
            Column("session, streams", CPU, at("echo", WIDTH, SESSION_STREAM)),
            Column("memory MiB", MEMORY, first_of(results, "echo", WIDTH, MODERN, SESSION)),
        ],
    )
    for figure in (CPU, RATE, P50, P99):
        yield from _section(
            f"By connections: {figure.unit}",
            "A text and back, each server in the way in which it answers JSON at least cost.",
            results,
            [Column(f"{width}", figure, at("echo", width)) for width in WIDTHS],
        )
    operations = ("echo", "echo async", "add", "search", "await", "block")
    yield from _section(
        "Other calls",
        f"CPU µs at {WIDTH} connections, JSON answers. "
        + "; ".join(f"*{name}*: {title_of(name)}" for name in operations[1:])
        + ".",
        results,
        [Column(name, CPU, at(name, WIDTH)) for name in operations],
    )
    yield from _section(
        "Other calls in sessions",
        "The same in 2025-11-25, for the servers above that were measured in 2026-07-28.",
        results,
        [Column(name, CPU, at(name, WIDTH, SESSION)) for name in operations],
    )
    streams = ((MODERN_STREAM, "2026-07-28"), (SESSION_STREAM, "session"))
    yield from _section(
        "Progress",
        f"Ten reports before the result, as an event stream, {WIDTH} connections.",
        results,
        [
            Column(f"{name}: {figure.unit}", figure, at("progress", WIDTH, wire))
            for wire, name in streams
            for figure in (CPU, P99)
        ],
    )
    lists = ("list 50", "list 500", "list 1000")
    yield from _section(
        "Lists of tools",
        f"`tools/list`: CPU µs at {WIDTH} connections.",
        results,
        [Column(name.removeprefix("list ") + " tools", CPU, at(name, WIDTH)) for name in lists],
    )
    sizes = (
        ("echo 1 kB", WIDTH),
        ("echo 10 kB", WIDTH),
        ("echo 100 kB", LARGE_WIDTH),
        ("echo 1 MB", LARGE_WIDTH),
        ("echo 10 MB", LARGE_WIDTH),
    )
    yield from _section(
        "Long texts",
        f"A text and back: CPU µs; {WIDTH} connections, from 100 kB on {LARGE_WIDTH}. Then memory after it, in MiB.",
        results,
        [Column(name.removeprefix("echo "), CPU, at(name, width)) for name, width in sizes]
        + [Column(f"MiB after {name.removeprefix('echo ')}", MEMORY, at(name, width)) for name, width in sizes[2:]],
    )
    yield from _section(
        "TM Dev Lab's workload",
        "Five requests in turn, fifty connections with a session each; for each request.",
        results,
        [
            Column(figure.unit, figure, first_of(results, "TM Dev Lab", 50, SESSION, SESSION_STREAM))
            for figure in (CPU, RATE, P50, P99, MEMORY)
        ],
    )
    yield from _section(
        "Over stdio",
        "A text and back, one at a time and 64 under way; 50 tools listed.",
        results,
        [
            Column("CPU µs, one at a time", CPU, at("echo", 1, STDIO_SESSION)),
            Column("p50 ms", P50, at("echo", 1, STDIO_SESSION)),
            Column("CPU µs, 64 deep", CPU, at("echo", 64, STDIO_SESSION)),
            Column("calls/s, 64 deep", RATE, at("echo", 64, STDIO_SESSION)),
            Column("calls/s, 2026-07-28", RATE, at("echo", 64, STDIO_MODERN)),
            Column("list: CPU µs", CPU, at("list 50", 64, STDIO_SESSION)),
        ],
    )
    yield from _section(
        "Asking the client",
        "A call that asks its client once and is answered, one at a time: CPU µs. By its result: the question is the call's "
        "result, and the call comes again with the answer.",
        results,
        [
            Column("session, HTTP", CPU, at("ask", 1, SESSION_STREAM)),
            Column("session, stdio", CPU, at("ask", 1, STDIO_SESSION)),
            Column("2026-07-28, HTTP", CPU, at("ask", 1, MODERN)),
            Column("2026-07-28, stdio", CPU, at("ask", 1, STDIO_MODERN)),
            Column("by its result, HTTP", CPU, at("ask by result", 1, MODERN)),
            Column("by its result, stdio", CPU, at("ask by result", 1, STDIO_MODERN)),
        ],
    )
    yield from _section(
        "Start and memory",
        "From spawning the process to the first answer over stdio; memory then, after 100,000 plain calls over HTTP and after a "
        "million, or as many as there was time for; what a session that rests and a stream that listens take.",
        results,
        [
            Column("start ms", Figure("wall_ms", ""), at("start", 1, STDIO_SESSION)),
            Column("start CPU ms", Figure("cpu_ms", ""), at("start", 1, STDIO_SESSION)),
            Column("start MiB", MEMORY, at("start", 1, STDIO_SESSION)),
            Column("MiB after 100,000", Figure("settled_mib", ""), at("uptime", WIDTH)),
            Column("MiB at the end", Figure("last_mib", ""), at("uptime", WIDTH)),
            Column("calls by then", Figure("answers", ""), at("uptime", WIDTH)),
            Column("KiB a session", Figure("kib_each", ""), at("idle sessions", 1, SESSION_STREAM)),
            Column("KiB a stream", Figure("kib_each", ""), at("idle listeners", 1, SESSION_STREAM)),
        ],
    )
    growth = (
        ("echo of 10 tools", MODERN),
        ("echo of 1000 tools", MODERN),
        ("echo, 10 sessions", SESSION),
        ("echo, 10000 sessions", SESSION),
    )
    yield from _section(
        "Growth",
        f"A plain call: CPU µs at {WIDTH} connections, by what else there is.",
        results,
        [
            Column(name.removeprefix("echo").strip(" ,").removeprefix("of "), CPU, at(name, WIDTH, wire))
            for name, wire in growth
        ],
    )
    yield from _section(
        "Two cores",
        "64 connections, the server on both cores, of which it shares one with the load.",
        results,
        [
            Column(heading, figure, lambda server: Cell("echo", server, MODERN, 64, 2))
            for heading, figure in (
                ("CPU µs", CPU),
                ("of them on the JavaScript thread", Figure("main_us", "")),
                ("calls/s", RATE),
            )
        ],
    )
    yield from _imports(results)


def _section(title: str, words: str, results: Results, columns: list[Column]) -> Iterator[str]:
    table = by_server(results, columns)
    if table.count("\n") > 1:
        yield f"## {title}"
        yield words
        yield table


def _imports(results: Results) -> Iterator[str]:
    milliseconds = Figure("wall_ms", "")
    rows = []
    for server in IMPORTS:
        if taken := results.get(Cell("import", server, NO_WIRE)):
            rows.append([server, milliseconds.text(taken.get("wall_ms")), milliseconds.text(taken.get("cpu_ms"))])
    if rows:
        yield "## Importing"
        yield "A process of Node that imports a server and the stdio transport, and ends; `node` imports nothing."
        yield markdown(["", "ms", "CPU ms"], rows)
