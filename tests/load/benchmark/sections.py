"""The tables of BENCHMARKS.md, one section after the other."""

from __future__ import annotations

from collections.abc import Container, Iterator

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
from .plan import LARGE_WIDTH, SIZES, WIDTH, WIDTHS, width_of
from .tables import CPU, FAILED, MEMORY, P50, P99, RATE, Column, Figure, at, by_server, first_of, markdown, title_of


def sections(results: Results, failed: Container[Cell] = ()) -> Iterator[str]:
    """Those that something was measured for; `failed`: the cells that could not be."""
    for title, words, columns in _tables(results):
        table = by_server(results, columns, failed)
        if table.count("\n") > 1:
            yield f"## {title}"
            yield f"{words} {FAILED}: [not measured](#not-measured)." if FAILED in table else words
            yield table
    yield from _imports(results)


def _tables(results: Results) -> Iterator[tuple[str, str, list[Column]]]:
    yield (
        "A plain call",
        f"A text and back, {WIDTH} connections: CPU µs.",
        [
            Column("2026-07-28, JSON", CPU, at("echo", WIDTH, MODERN)),
            Column("2026-07-28, streams", CPU, at("echo", WIDTH, MODERN_STREAM)),
            Column("session, JSON", CPU, at("echo", WIDTH, SESSION)),
            Column("session, streams", CPU, at("echo", WIDTH, SESSION_STREAM)),
            Column("memory MiB", MEMORY, first_of(results, "echo", WIDTH, MODERN, SESSION)),
        ],
    )
    for figure in (CPU, RATE, P50, P99):
        yield (
            f"By connections: {figure.unit}",
            "A text and back, each server in the way in which it answers JSON at least cost.",
            [Column(f"{width}", figure, at("echo", width)) for width in WIDTHS],
        )
    operations = ("echo", "echo async", "add", "search", "await", "block")
    yield (
        "Other calls",
        f"CPU µs at {WIDTH} connections, each server in the way in which it answers JSON at least cost. "
        + "; ".join(f"*{name}*: {title_of(name)}" for name in operations[1:])
        + ".",
        [Column(name, CPU, at(name, WIDTH)) for name in operations],
    )
    yield (
        "Other calls in sessions",
        "The same in sessions of 2025-11-25.",
        [Column(name, CPU, at(name, WIDTH, SESSION)) for name in operations],
    )
    streams = ((MODERN_STREAM, "2026-07-28"), (SESSION_STREAM, "session"))
    yield (
        "Progress",
        f"Ten reports before the result, as an event stream, {WIDTH} connections.",
        [
            Column(f"{name}: {figure.unit}", figure, at("progress", WIDTH, wire))
            for wire, name in streams
            for figure in (CPU, P99)
        ],
    )
    lists = ("list 50", "list 500", "list 1000")
    yield (
        "Lists of tools",
        f"`tools/list`: CPU µs; {WIDTH} connections, from 500 tools on {LARGE_WIDTH}.",
        [Column(name.removeprefix("list ") + " tools", CPU, at(name, width_of(name))) for name in lists],
    )
    yield (
        "Long texts",
        f"A text and back: CPU µs; {WIDTH} connections, from 100 kB on {LARGE_WIDTH}. Then memory after it, in MiB.",
        [Column(name.removeprefix("echo "), CPU, at(name, width_of(name))) for name in SIZES]
        + [Column(f"MiB after {name.removeprefix('echo ')}", MEMORY, at(name, LARGE_WIDTH)) for name in SIZES[2:]],
    )
    yield (
        "TM Dev Lab's workload",
        "Five requests in turn, fifty connections with a session each; for each request.",
        [
            Column(figure.unit, figure, first_of(results, "TM Dev Lab", 50, SESSION, SESSION_STREAM))
            for figure in (CPU, RATE, P50, P99, MEMORY)
        ],
    )
    yield (
        "Over stdio",
        "A text and back, one at a time and 64 under way; 50 tools listed.",
        [
            Column("CPU µs, one at a time", CPU, at("echo", 1, STDIO_SESSION)),
            Column("p50 ms", P50, at("echo", 1, STDIO_SESSION)),
            Column("CPU µs, 64 deep", CPU, at("echo", 64, STDIO_SESSION)),
            Column("calls/s, 64 deep", RATE, at("echo", 64, STDIO_SESSION)),
            Column("calls/s, 2026-07-28", RATE, at("echo", 64, STDIO_MODERN)),
            Column("list: CPU µs", CPU, at("list 50", 64, STDIO_SESSION)),
        ],
    )
    yield (
        "Asking the client",
        "A call that asks its client once and is answered, one at a time: CPU µs. By its result: the question is the call's "
        "result, and the call comes again with the answer.",
        [
            Column("session, HTTP", CPU, at("ask", 1, SESSION_STREAM)),
            Column("session, stdio", CPU, at("ask", 1, STDIO_SESSION)),
            Column("2026-07-28, HTTP", CPU, at("ask", 1, MODERN)),
            Column("2026-07-28, stdio", CPU, at("ask", 1, STDIO_MODERN)),
            Column("by its result, HTTP", CPU, at("ask by result", 1, MODERN)),
            Column("by its result, stdio", CPU, at("ask by result", 1, STDIO_MODERN)),
        ],
    )
    yield (
        "Start and memory",
        "From spawning the process, with 10 tools, to the first answer over stdio; memory then, after 100,000 plain calls over "
        "HTTP and after a million, or as many as there was time for; what a session that rests and a stream that listens take.",
        [
            Column("start ms", Figure("wall_ms", ""), at("start", 1, STDIO_SESSION)),
            Column("start CPU ms", Figure("cpu_ms", ""), at("start", 1, STDIO_SESSION)),
            Column("start MiB", MEMORY, at("start", 1, STDIO_SESSION)),
            Column("MiB after 100,000", Figure("settled_mib", ""), at("uptime", WIDTH)),
            Column("MiB at the end", Figure("last_mib", ""), at("uptime", WIDTH)),
            Column("grown by", Figure("growth_mib", ""), at("uptime", WIDTH)),
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
    yield (
        "Growth",
        f"A plain call: CPU µs at {WIDTH} connections, by what else there is.",
        [
            Column(name.removeprefix("echo").strip(" ,").removeprefix("of "), CPU, at(name, WIDTH, wire))
            for name, wire in growth
        ],
    )
    yield (
        "Two cores",
        "64 connections, the server on both cores, of which it shares one with the load.",
        [
            Column(heading, figure, lambda server: Cell("echo", server, MODERN, 64, 2))
            for heading, figure in (
                ("CPU µs", CPU),
                ("of them on the JavaScript thread", Figure("main_us", "")),
                ("calls/s", RATE),
            )
        ],
    )


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
