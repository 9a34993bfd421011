"""What is promised about speed, and how it is held against the measurements of one run.

Nearly all of it is a ratio of two servers in the same run, since figures of two machines, or of two days, cannot be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .cells import MODERN, NO_WIRE, SESSION, SESSION_STREAM, STDIO_MODERN, STDIO_SESSION, Cell, Results
from .plan import LARGE_WIDTH, OURS, SIZES, WIDTH, width_of

PEERS_OF_TYPESCRIPT = ("ts-server", "ts-sdk", "npm-fastmcp")
LANGUAGE = {"oxmcp-python": "Python", "oxmcp-typescript": "TypeScript", "oxmcp-rust": "Rust"}


@dataclass(frozen=True)
class Verdict:
    """One promise in one cell."""

    target: str
    where: str
    limit: str
    measured: str
    reached: bool
    detail: str = ""


def judge(results: Results) -> list[Verdict]:
    """Every promise whose both sides were measured."""
    judged = _Judge(results)
    parts = (judged.calls(), judged.large(), judged.lists(), judged.others(), judged.growth(), judged.earlier())
    return [verdict for part in parts for verdict in part if verdict]


class _Judge:
    def __init__(self, results: Results) -> None:
        self.results = results

    def _figure(self, cell: Cell, name: str) -> float | None:
        taken = self.results.get(cell)
        return taken.get(name) if taken else None

    def _most(
        self,
        target: str,
        ours: Cell,
        theirs: Cell,
        limit: float,
        name: str = "cpu_us",
        unit: str = "µs",
        their_name: str = "",
    ) -> Verdict | None:
        """Ours takes at most so much of what theirs takes."""
        mine, other = self._figure(ours, name), self._figure(theirs, their_name or name)
        if mine is None or not other:
            return None
        ratio = mine / other
        where = f"{ours.wire}, {ours.width} wide" if ours.wire else ""
        detail = f"{_number(mine)} of {_number(other)} {unit}"
        return Verdict(target, where, f"≤ {_ratio(limit)}", _ratio(ratio), ratio <= limit, detail)

    def _bound(
        self, target: str, cell: Cell, name: str, limit: float, unit: str, at_least: bool = False
    ) -> Verdict | None:
        measured = self._figure(cell, name)
        if measured is None:
            return None
        reached = measured >= limit if at_least else measured <= limit
        where = f"{cell.wire}, {cell.width} wide" if cell.wire else ""
        sign = "≥" if at_least else "≤"
        return Verdict(target, where, f"{sign} {_number(limit)} {unit}", f"{_number(measured)} {unit}", reached)

    def calls(self) -> Iterator[Verdict | None]:
        """The plain ones, and the one with nested arguments and many records."""
        hyper = {name: Cell(name, "hyper", MODERN, WIDTH) for name in ("echo", "search")}
        for wire in (MODERN, SESSION):
            python, rust, typescript = (
                {name: Cell(name, server, wire, WIDTH) for name in ("echo", "echo async", "search")}
                for server in ("oxmcp-python", "oxmcp-rust", "oxmcp-typescript")
            )
            tuned = {name: Cell(name, "mcp-tuned", wire, WIDTH) for name in python}
            node = {name: Cell(name, "node-http", wire, WIDTH) for name in python}
            yield self._most("Python `echo` and tuned `mcp`", python["echo"], tuned["echo"], 1 / 30)
            yield self._most("Python `echo` and hyper", python["echo"], hyper["echo"], 1.5)
            yield self._most("Python `echo`, async, and hyper", python["echo async"], hyper["echo"], 1.8)
            yield self._most("Python `search` and tuned `mcp`", python["search"], tuned["search"], 1 / 20)
            yield self._most("Python `search` and hyper", python["search"], hyper["search"], 4)
            yield self._most("TypeScript `echo` and `node:http`", typescript["echo"], node["echo"], 0.30)
            official = Cell("search", "ts-server", wire, WIDTH)
            yield self._most("TypeScript `search` and the official server", typescript["search"], official, 1 / 7)
            yield self._most("TypeScript `search` and `node:http`", typescript["search"], node["search"], 0.7)
            for name, limit in (("echo", 1.4), ("search", 3)):
                theirs = Cell(name, "rmcp", wire, WIDTH)
                yield self._most(f"Rust `{name}` and rmcp", rust[name], theirs, 1 / 4)
                yield self._most(f"Rust `{name}` and hyper", rust[name], hyper[name], limit)

    def large(self) -> Iterator[Verdict | None]:
        """Long texts."""
        for name in ("echo 100 kB", "echo 1 MB"):
            rust, python = (Cell(name, f"oxmcp-{language}", MODERN, LARGE_WIDTH) for language in ("rust", "python"))
            typescript = Cell(name, "oxmcp-typescript", MODERN, LARGE_WIDTH)
            bytes_back = Cell(name, "hyper-echo", MODERN, LARGE_WIDTH)
            yield self._most(f"Rust, {name}, and hyper's echo", rust, bytes_back, 1.2)
            yield self._most(f"Rust, {name}, and rmcp", rust, Cell(name, "rmcp", MODERN, LARGE_WIDTH), 0.6)
            tuned = Cell(name, "mcp-tuned", MODERN, LARGE_WIDTH)
            yield self._most(f"Python, {name}, and tuned `mcp`", python, tuned, 0.4)
            if name == "echo 1 MB":
                yield self._bound(f"Python, {name}: memory", python, "rss_mib", 90e6 / 2**20, "MiB")
                cells = (Cell(name, server, SESSION, LARGE_WIDTH) for server in ("oxmcp-python", "mcp-tuned"))
                yield self._most(f"Python, {name}, and tuned `mcp`", *cells, 0.4)
            node = Cell(name, "node-http", MODERN, LARGE_WIDTH)
            yield self._most(f"TypeScript, {name}, and `node:http`", typescript, node, 0.4)
        for server in OURS:
            cell = Cell("echo 10 MB", server, MODERN, LARGE_WIDTH)
            target = f"{LANGUAGE[server]}, echo 10 MB works where the limit is raised"
            yield self._bound(target, cell, "answers", 1, "answers", at_least=True)

    def lists(self) -> Iterator[Verdict | None]:
        """Lists of tools."""
        for name in ("list 50", "list 1000"):
            for server in OURS:
                cell = Cell(name, server, MODERN, width_of(name))
                mine, length = self._figure(cell, "cpu_us"), self._figure(cell, "answer_bytes")
                fixed = self.fixed_bytes(length) if length else None
                if mine and fixed:
                    where, detail = f"{MODERN}, {cell.width} wide", f"{_number(mine)} of {_number(fixed)} µs"
                    target = f"{LANGUAGE[server]}, {name}, and as many fixed bytes"
                    ratio = mine / fixed
                    yield Verdict(target, where, f"≤ {_ratio(1.3)}", _ratio(ratio), ratio <= 1.3, detail)

    def fixed_bytes(self, length: float) -> float | None:
        """What so many fixed bytes cost hyper, on the line between the two nearest lengths that were measured.

        The same list is longer in one language than in another: schemas are written differently.
        """
        names = ("echo", "search", "list 50", "list 500", "list 1000")
        cells = (Cell(name, "hyper", MODERN, width_of(name)) for name in names)
        points = sorted(
            (taken["answer_bytes"], taken["cpu_us"])
            for cell in cells
            if (taken := self.results.get(cell)) and taken.get("answer_bytes")
        )
        for (less, cost), (more, higher) in pairwise(points):
            if less <= length <= more:
                return cost + (higher - cost) * (length - less) / (more - less)
        return None

    def others(self) -> Iterator[Verdict | None]:
        """Waiting times, and pipes."""
        peers = (Cell("echo", server, SESSION, 512) for server in PEERS_OF_TYPESCRIPT)
        waits = {cell: wait for cell in peers if (wait := self._figure(cell, "p99_us"))}
        if waits:
            best = min(waits, key=lambda cell: waits[cell])
            ours = Cell("echo", "oxmcp-typescript", SESSION, 512)
            yield self._most(
                f"p99 at 512 connections and the best peer's ({best.server})", ours, best, 1 / 10, "p99_us"
            )
        for server, calls in (("oxmcp-python", 143_000), ("oxmcp-typescript", 130_000), ("oxmcp-rust", 255_000)):
            cell = Cell("echo", server, STDIO_SESSION, 64)
            target = f"{LANGUAGE[server]} over stdio, 64 deep (on the machine it was promised for)"
            yield self._bound(target, cell, "per_second", calls, "calls/s", at_least=True)

    def growth(self) -> Iterator[Verdict | None]:
        """What does not grow."""
        for server in OURS:
            name = LANGUAGE[server]
            few, many = (Cell(f"echo of {count} tools", server, MODERN, WIDTH) for count in (10, 1000))
            yield self._most(f"{name}: a call among 1,000 tools and among 10", many, few, 1.1)
            few, many = (Cell(f"echo, {count} sessions", server, SESSION, WIDTH) for count in (10, 10000))
            yield self._most(f"{name}: a call among 10,000 sessions and among 10", many, few, 1.1)
            uptime = Cell("uptime", server, MODERN, WIDTH)
            target = f"{name}: memory after a million calls beyond that after 100,000"
            yield self._bound(target, uptime, "growth_mib", 5e6 / 2**20, "MiB")
            target = f"{name}: a call of the last 900,000 and one of the first 100,000"
            yield self._most(target, uptime, uptime, 1.1, "last_us", their_name="settled_us")
            for shorter, longer in pairwise(SIZES):
                small, large = (Cell(size, server, MODERN, width_of(size)) for size in (shorter, longer))
                yield self._most(f"{name}: {longer} and {shorter}", large, small, 10)

    def earlier(self) -> Iterator[Verdict | None]:
        """What was promised before, and is kept."""
        for ours, theirs in (("oxmcp-mounted", "mcp"), ("oxmcp-mounted-tuned", "mcp-tuned")):
            cells = (Cell("echo", server, MODERN, WIDTH) for server in (ours, theirs))
            yield self._most(f"Python mounted (`{ours}`) and `{theirs}` there", *cells, 1 / 4)
        start = Cell("start", "oxmcp-python", STDIO_SESSION)
        yield self._bound("Python: CPU from start to first answer", start, "cpu_ms", 150, "ms")
        yield self._bound("Python: memory at the first answer", start, "rss_mib", 35, "MiB")
        for wire in (STDIO_SESSION, STDIO_MODERN):
            for name in ("ask", "ask by result"):
                cells = (Cell(name, server, wire) for server in ("oxmcp-python", "mcp"))
                yield self._most("Python: asking a client once and `mcp`", *cells, 1 / 10)
        cells = (Cell("ask", server, SESSION_STREAM) for server in ("oxmcp-python", "mcp"))
        yield self._most("Python: asking a client once and `mcp`", *cells, 1 / 10)
        for server in PEERS_OF_TYPESCRIPT:
            ours, theirs = Cell("echo", "oxmcp-typescript", SESSION, WIDTH), Cell("echo", server, SESSION, WIDTH)
            yield self._most(f"TypeScript `echo` and {server}", ours, theirs, 1 / 10)
        thread, node = (Cell("echo", server, MODERN, 64, 2) for server in ("oxmcp-typescript", "node-http"))
        yield self._bound("TypeScript on two cores: CPU on the JavaScript thread", thread, "main_us", 6, "µs")
        yield self._most("TypeScript on two cores: time for a call and `node:http`'s", thread, node, 1 / 2, "us_each")
        own, ours = (
            self._figure(Cell("import", server, NO_WIRE), "wall_ms") for server in ("node", "oxmcp-typescript")
        )
        if own and ours:
            beyond = ours - own
            target = "TypeScript: importing it beyond Node's own start"
            yield Verdict(target, "", "≤ 60 ms", f"{_number(beyond)} ms", beyond <= 60)
        yield self._bound("npm package, unpacked", Cell("size", "oxmcp-typescript", NO_WIRE), "megabytes", 8, "MB")


def _number(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:,.1f}" if abs(number) >= 10 else f"{number:,.2f}"


def _ratio(ratio: float) -> str:
    """Small ones as one part of so many."""
    return f"1/{1 / ratio:.3g}" if 0 < ratio < 0.25 or ratio == 0.25 else f"{ratio:.2f} ×"
